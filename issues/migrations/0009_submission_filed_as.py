import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("issues", "0008_contacts_may_be_empty")]

    operations = [
        migrations.AddField(
            model_name="submission",
            name="filed_as",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="filed",
                to="issues.issue",
                verbose_name="filed as",
            ),
        ),
    ]
