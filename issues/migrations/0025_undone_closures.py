"""What the ledger says of closures before: the last one that a reopening undid, and those that stayed unrated."""

from django.db import migrations

UNDONE = """
update issues_issue i set undone_at = (
    select max(shut.at) from issues_event shut
    where shut.issue_id = i.id and shut.verb in ('close', 'explain')
      and exists (select from issues_event again
                  where again.issue_id = i.id and again.verb = 'reopen' and again.number > shut.number)
) where i.reopened > 0
"""
UNRATED = """
update issues_issue i set unrated = true
where i.status = 'closed' and (
    select e.facts->'unrated' = 'true'::jsonb from issues_event e
    where e.issue_id = i.id and e.verb = 'close' order by e.number desc limit 1)
"""


class Migration(migrations.Migration):
    dependencies = [("issues", "0024_judgements")]

    operations = [
        migrations.RunSQL(UNDONE, migrations.RunSQL.noop),
        migrations.RunSQL(UNRATED, migrations.RunSQL.noop),
    ]
