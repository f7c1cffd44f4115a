"""Indexes that cost every writing and that nobody asks go, or keep only the rows that have a value; search asks first."""

from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):

    dependencies = [
        ('grids', '0003_adjacency'),
        ('issues', '0003_occasions_calls_and_projects'),
        ('representatives', '0002_assignment_term_half_open'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='issue',
            name='issue_open_by_unit',
        ),
        migrations.AlterField(
            model_name='event',
            name='by',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='events', to=settings.AUTH_USER_MODEL, verbose_name='by'),
        ),
        migrations.AlterField(
            model_name='event',
            name='issue',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='events', to='issues.issue', verbose_name='issue'),
        ),
        migrations.AlterField(
            model_name='issue',
            name='category',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='issues', to='issues.category', verbose_name='category'),
        ),
        migrations.AlterField(
            model_name='issue',
            name='delegate_unit',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='delegated', to='representatives.unit', verbose_name='checked on behalf by'),
        ),
        migrations.AlterField(
            model_name='issue',
            name='dispute',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='issues', to='grids.dispute', verbose_name='disputed ground'),
        ),
        migrations.AlterField(
            model_name='issue',
            name='handler',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='handled', to=settings.AUTH_USER_MODEL, verbose_name='handler'),
        ),
        migrations.AlterField(
            model_name='issue',
            name='lead_unit',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='led', to='representatives.unit', verbose_name='lead unit'),
        ),
        migrations.AlterField(
            model_name='issue',
            name='merged_into',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merged', to='issues.issue', verbose_name='merged into'),
        ),
        migrations.AlterField(
            model_name='issue',
            name='number',
            field=models.CharField(max_length=20, verbose_name='number'),
        ),
        migrations.AlterField(
            model_name='issue',
            name='policy',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='issues', to='issues.slapolicy', verbose_name='policy'),
        ),
        migrations.AlterField(
            model_name='issue',
            name='recurrence_of',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='recurrences', to='issues.issue', verbose_name='recurrence of'),
        ),
        migrations.AlterField(
            model_name='issue',
            name='resolved_by',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='resolved', to=settings.AUTH_USER_MODEL, verbose_name='solved by'),
        ),
        migrations.AlterField(
            model_name='submission',
            name='area',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='submissions', to='grids.area', verbose_name='area'),
        ),
        migrations.AlterField(
            model_name='submission',
            name='category',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='submissions', to='issues.category', verbose_name='category'),
        ),
        migrations.AlterField(
            model_name='submission',
            name='entered_by',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='entered', to=settings.AUTH_USER_MODEL, verbose_name='entered by'),
        ),
        migrations.AlterField(
            model_name='submission',
            name='filed_as',
            field=models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='filed', to='issues.issue', verbose_name='filed as'),
        ),
        migrations.AlterField(
            model_name='submission',
            name='receipt_code',
            field=models.CharField(editable=False, max_length=24, verbose_name='receipt code'),
        ),
        migrations.AddIndex(
            model_name='event',
            index=models.Index(condition=models.Q(('by__isnull', False)), fields=['by'], name='event_by'),
        ),
        migrations.AddIndex(
            model_name='issue',
            index=models.Index(condition=models.Q(('dispute__isnull', False)), fields=['dispute'], name='issue_of_dispute'),
        ),
        migrations.AddIndex(
            model_name='issue',
            index=models.Index(condition=models.Q(('handler__isnull', False)), fields=['handler'], name='issue_of_handler'),
        ),
        migrations.AddIndex(
            model_name='issue',
            index=models.Index(condition=models.Q(('lead_unit__isnull', False)), fields=['lead_unit'], name='issue_of_lead_unit'),
        ),
        migrations.AddIndex(
            model_name='issue',
            index=models.Index(condition=models.Q(('resolved_by__isnull', False)), fields=['resolved_by'], name='issue_of_resolved_by'),
        ),
        migrations.AddIndex(
            model_name='issue',
            index=models.Index(condition=models.Q(('recurrence_of__isnull', False)), fields=['recurrence_of'], name='issue_of_recurrence_of'),
        ),
        migrations.AddIndex(
            model_name='issue',
            index=models.Index(condition=models.Q(('merged_into__isnull', False)), fields=['merged_into'], name='issue_of_merged_into'),
        ),
        migrations.AddIndex(
            model_name='issue',
            index=models.Index(condition=models.Q(('delegate_unit__isnull', False)), fields=['delegate_unit'], name='issue_of_delegate_unit'),
        ),
        migrations.AddIndex(
            model_name='issue',
            index=models.Index(condition=models.Q(('closed_at', None), ('lead_unit__isnull', False)), fields=['lead_unit', 'level_due_at'], name='issue_open_by_unit'),
        ),
        migrations.AddIndex(
            model_name='submission',
            index=models.Index(condition=models.Q(('filed_as__isnull', False)), fields=['filed_as'], name='submission_filed_as'),
        ),
        migrations.AddIndex(
            model_name='submission',
            index=models.Index(condition=models.Q(('entered_by__isnull', False)), fields=['entered_by'], name='submission_entered_by'),
        ),
        migrations.AddConstraint(
            model_name='issue',
            constraint=models.UniqueConstraint(fields=('number',), name='issue_numbered'),
        ),
        migrations.AddConstraint(
            model_name='submission',
            constraint=models.UniqueConstraint(fields=('receipt_code',), name='submission_by_receipt'),
        ),
        migrations.RunSQL((SQL / "search_waits_first.sql").read_text(), (SQL / "search_waits_first_undo.sql").read_text()),
    ]
