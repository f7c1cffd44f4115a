from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("issues", "0006_rates_by_place")]

    operations = [
        # A hundred steps over all paths of a province say nothing of one township: the planner took it for a single issue, read all
        # of its history and looked each one's words up, where the words alone were found in a millisecond (10 million issues:
        # the search for a number 136 ms, then 9).
        migrations.RunSQL(
            "ALTER TABLE issues_issue ALTER COLUMN path SET STATISTICS 1000",
            "ALTER TABLE issues_issue ALTER COLUMN path SET STATISTICS -1",
        ),
    ]
