"""`manage_quietly.py LOG COMMAND …`: manage.py for the terminal of bin/up: progress is shown, a traceback goes to the log."""

import os
import sys
import traceback
from pathlib import Path

from django.core.management import execute_from_command_line

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gridgov.settings")
try:
    execute_from_command_line(["manage.py", *sys.argv[2:]])
except Exception:
    with Path(sys.argv[1]).open("a", encoding="utf-8") as log:
        traceback.print_exc(file=log)
    sys.exit(1)
