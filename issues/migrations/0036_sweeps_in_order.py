"""What sweeps look for, in the order in which they take it: of thousands that are due at the same closing hour, each once."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("issues", "0035_suggestions")]
    operations = [
        migrations.RemoveIndex(model_name="issue", name="issue_to_warn"),
        migrations.RemoveIndex(model_name="issue", name="issue_to_climb"),
        migrations.AddIndex(
            model_name="issue",
            index=models.Index(
                fields=("warn_at", "id"), condition=Q(closed_at=None) & Q(warn_at__isnull=False), name="issue_to_warn"
            ),
        ),
        migrations.AddIndex(
            model_name="issue",
            index=models.Index(
                fields=("climb_at", "id"), condition=Q(closed_at=None) & Q(climb_at__isnull=False), name="issue_to_climb"
            ),
        ),
    ]
