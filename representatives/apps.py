from django.apps import AppConfig


class RepresentativesConfig(AppConfig):
    name = "representatives"
    default_auto_field = "django.db.models.BigAutoField"
