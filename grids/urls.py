"""What maps ask of the territory: tiles of geometry, and what the areas are called."""

from django.urls import path

from grids import api

urlpatterns = [
    path("tiles/<slug:level>/<int:version>/<int:z>/<int:x>/<int:y>.mvt", api.tile, name="tile"),
    path("tiles/<slug:level>.json", api.tilejson, name="tilejson"),
    path("areas/<slug:level>/<int:version>/<int:block>.json", api.names, name="area-names"),
]
