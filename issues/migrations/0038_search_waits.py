"""Whoever imports thousands of issues at once has the words of each found once, not after every table."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("issues", "0037_hot_spots")]
    operations = [migrations.RunSQL((SQL / "search_waits.sql").read_text(), (SQL / "search_waits_undo.sql").read_text())]
