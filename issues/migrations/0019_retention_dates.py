"""Of what has ended already, the sweep looks at each issue once, and then knows when to look again."""

from django.db import migrations

FORWARD = """
UPDATE issues_issue SET purge_at = closed_at
WHERE closed_at IS NOT NULL AND EXISTS (SELECT FROM issues_submission WHERE issue_id = issues_issue.id)
"""


class Migration(migrations.Migration):
    dependencies = [("issues", "0018_retention")]

    operations = [migrations.RunSQL(FORWARD, migrations.RunSQL.noop)]
