from django.apps import AppConfig


class MapuiConfig(AppConfig):
    name = "mapui"
    default_auto_field = "django.db.models.BigAutoField"
