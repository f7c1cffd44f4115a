"""What PostgreSQL itself keeps and refuses: the ledger's guard, words to search, a view of all judgements, numbers."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"
NUMBERED = ("issue", "slip", "letter", "contact_list")


def _run(name: str) -> migrations.RunSQL:
    return migrations.RunSQL((SQL / f"{name}.sql").read_text(), (SQL / f"{name}_undo.sql").read_text())


def _numbers(what: str) -> migrations.RunSQL:
    sequence = f"issues_{what}_number"
    return migrations.RunSQL(f"CREATE SEQUENCE {sequence} AS bigint", f"DROP SEQUENCE {sequence}")


class Migration(migrations.Migration):
    dependencies = [("issues", "0001_initial")]

    operations = [
        _run("ledger_guard"),
        _run("looks_guard"),
        _run("suggestions_guard"),
        _run("topics_guard"),
        _run("public_notices_guard"),
        _run("search"),
        _run("search_waits"),
        migrations.RunSQL((SQL / "judgement.sql").read_text(), "DROP VIEW issues_judgement"),
        *(_numbers(what) for what in NUMBERED),
    ]
