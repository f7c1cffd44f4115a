"""The ledger refuses change and removal; numbers of issues and slips come from sequences."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("issues", "0004_casework")]

    operations = [
        migrations.RunSQL((SQL / "ledger_guard.sql").read_text(), (SQL / "ledger_guard_undo.sql").read_text()),
        migrations.RunSQL("CREATE SEQUENCE issues_issue_number AS bigint", "DROP SEQUENCE issues_issue_number"),
        migrations.RunSQL("CREATE SEQUENCE issues_slip_number AS bigint", "DROP SEQUENCE issues_slip_number"),
    ]
