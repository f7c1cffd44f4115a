"""The site as it is served, with a folder of files beside it: what an endpoint sends is served by the same server as a plain file.

WhiteNoise sends them at the same place in the stack as the site's own static files (`GRIDGOV_BENCH_FILES` names the folder).
"""

from __future__ import annotations

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gridgov.settings")

from django.conf import settings

settings.WHITENOISE_ROOT = os.environ["GRIDGOV_BENCH_FILES"]

from gridgov.wsgi import application  # noqa: E402, F401 - as it is served, once it knows of the folder
