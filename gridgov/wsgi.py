"""The door of the application server (granian)."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gridgov.settings")
application = get_wsgi_application()

# What every request needs is there before the first one comes; and it stays: whoever looks for garbage among what requests
# leave behind need not look through it again. A page makes tens of thousands of objects, nearly all of them gone at its end.
_NEW_OBJECTS = 20_000
get_resolver().url_patterns  # noqa: B018 - imports every view
gc.collect()
gc.freeze()
gc.set_threshold(_NEW_OBJECTS, 20, 20)
