"""The functions and triggers by which PostgreSQL keeps the words of every issue; fills them for those that are there."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("issues", "0011_desk"), ("grids", "0001_initial")]

    operations = [
        migrations.RunSQL((SQL / "search.sql").read_text(), (SQL / "search_undo.sql").read_text()),
    ]
