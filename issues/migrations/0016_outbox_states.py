"""What stood in the outbox before deliveries had a state: told, given up after twelve attempts, failed, or waiting."""

from django.db import migrations

FORWARD = """
UPDATE issues_notice SET state = CASE
    WHEN announced_at IS NOT NULL THEN 'sent'
    WHEN attempts >= 12 THEN 'given_up'
    WHEN attempts > 0 THEN 'failed'
    ELSE 'waiting' END
"""


class Migration(migrations.Migration):
    dependencies = [("issues", "0015_outbox")]

    operations = [migrations.RunSQL(FORWARD, migrations.RunSQL.noop)]
