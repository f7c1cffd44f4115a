"""What maps ask of casework: state, changes, single issues, heat."""

from django.urls import path

from issues import api
from issues.heat import api as heat

urlpatterns = [
    path("state/<slug:level>/", api.state_of_level, name="map-state"),
    path("delta/<slug:level>/", api.delta, name="map-delta"),
    path("issues.json", api.issues_in_view, name="map-issues"),
    path("heat/<int:z>/<int:x>/<int:y>.bin", heat.heat_tile, name="heat-tile"),
    path("heat/areas/<slug:level>.bin", heat.heat_areas, name="heat-areas"),
    path("heat/hot.json", heat.hot_areas, name="hot-areas"),
    path("heat.json", heat.heat_info, name="heat-info"),
]
