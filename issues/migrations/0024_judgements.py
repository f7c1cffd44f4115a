"""The view over ratings and polls that the figures count; what a closure that was undone, or stayed unrated, leaves behind."""

from pathlib import Path

from django.conf import settings
from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):

    dependencies = [
        ('grids', '0001_initial'),
        ('issues', '0023_phone_wire'),
        ('representatives', '0002_assignment_term_half_open'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL((SQL / "judgement.sql").read_text(), "drop view issues_judgement"),
        migrations.CreateModel(
            name='Judgement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('round', models.PositiveSmallIntegerField(verbose_name='round')),
                ('at', models.DateTimeField(verbose_name='rated at')),
                ('value', models.CharField(blank=True, choices=[('satisfied', 'satisfied'), ('mostly', 'mostly satisfied'), ('dissatisfied', 'dissatisfied')], max_length=12, verbose_name='rating')),
                ('rated', models.PositiveIntegerField(verbose_name='rated')),
                ('content', models.PositiveIntegerField(verbose_name='satisfied')),
                ('silent', models.PositiveIntegerField(verbose_name='silent')),
            ],
            options={
                'verbose_name': 'judgement',
                'verbose_name_plural': 'judgements',
                'db_table': 'issues_judgement',
                'managed': False,
            },
        ),
        migrations.AddField(
            model_name='issue',
            name='undone_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='reopened after it ended at'),
        ),
        migrations.AddField(
            model_name='issue',
            name='unrated',
            field=models.BooleanField(default=False, verbose_name='closed without a rating'),
        ),
        migrations.AddIndex(
            model_name='issue',
            index=models.Index(condition=models.Q(('undone_at__isnull', False)), fields=['undone_at'], name='issue_by_undone'),
        ),
    ]
