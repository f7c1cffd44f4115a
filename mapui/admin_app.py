"""The Django admin, told to use our own site. By itself: an app's `apps.py` may hold only one configuration."""

from django.contrib.admin import apps


class ConfigurationConfig(apps.AdminConfig):
    default_site = "mapui.admin_site.ConfigurationSite"
