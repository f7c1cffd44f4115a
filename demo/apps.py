from django.apps import AppConfig


class DemoConfig(AppConfig):
    """The demo territories: real boundaries, invented people and issues. Nothing else in the project imports it."""

    name = "demo"
