"""What people say of the platform, and the answers: append-only, but for their words, which may be erased."""

from pathlib import Path

import django.db.models.deletion
import issues.receipts
import uuid
from django.conf import settings
from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):

    dependencies = [
        ('grids', '0002_disputes'),
        ('issues', '0034_passing_on_ratings'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Suggestion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='key')),
                ('code', models.CharField(default=issues.receipts.mint, editable=False, max_length=16, unique=True, verbose_name='code')),
                ('path', models.CharField(db_collation='C', max_length=240, verbose_name='path')),
                ('kind', models.CharField(choices=[('complaint', 'complaint'), ('suggestion', 'suggestion')], max_length=10, verbose_name='kind')),
                ('about', models.CharField(choices=[('twice', 'the same has to be entered twice'), ('burden', 'it asks for what nobody needs, or presses and ranks'), ('hard', 'it is hard to use, read or hear'), ('fault', 'something does not work'), ('other', 'something else about the platform')], max_length=6, verbose_name='about')),
                ('role', models.CharField(blank=True, choices=[('contact_household', 'contact household'), ('grid_member', 'grid member'), ('grid_leader', 'grid leader'), ('linked_cadre', 'linked cadre'), ('party_representative', 'party representative'), ('village_secretary', 'village secretary'), ('township_committee', 'township committee'), ('township_discipline', 'township discipline inspection'), ('department', 'department'), ('supervision_office', 'supervision office'), ('county_leader', 'county leader'), ('organisation_office', 'organisation department'), ('hotline_operator', 'hotline operator'), ('monitor', 'monitor'), ('system_admin', 'system administrator'), ('auditor', 'auditor')], max_length=24, verbose_name='written as')),
                ('text', models.TextField(blank=True, verbose_name='text')),
                ('written_at', models.DateTimeField(verbose_name='written at')),
                ('erased_at', models.DateTimeField(blank=True, null=True, verbose_name='text erased at')),
                ('area', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='suggestions', to='grids.area', verbose_name='county')),
            ],
            options={
                'verbose_name': 'suggestion about the platform',
                'verbose_name_plural': 'suggestions about the platform',
                'ordering': ('-written_at', '-pk'),
            },
        ),
        migrations.CreateModel(
            name='SuggestionAnswer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('outcome', models.CharField(choices=[('done', 'put right'), ('planned', 'will be put right'), ('explained', 'stays as it is, and why')], max_length=9, verbose_name='what comes of it')),
                ('text', models.TextField(blank=True, verbose_name='answer')),
                ('role', models.CharField(choices=[('contact_household', 'contact household'), ('grid_member', 'grid member'), ('grid_leader', 'grid leader'), ('linked_cadre', 'linked cadre'), ('party_representative', 'party representative'), ('village_secretary', 'village secretary'), ('township_committee', 'township committee'), ('township_discipline', 'township discipline inspection'), ('department', 'department'), ('supervision_office', 'supervision office'), ('county_leader', 'county leader'), ('organisation_office', 'organisation department'), ('hotline_operator', 'hotline operator'), ('monitor', 'monitor'), ('system_admin', 'system administrator'), ('auditor', 'auditor')], max_length=24, verbose_name='answered as')),
                ('answered_at', models.DateTimeField(verbose_name='answered at')),
                ('erased_at', models.DateTimeField(blank=True, null=True, verbose_name='text erased at')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='suggestion_answers', to=settings.AUTH_USER_MODEL, verbose_name='answered by')),
                ('suggestion', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='answers', to='issues.suggestion', verbose_name='suggestion about the platform')),
            ],
            options={
                'verbose_name': 'answer to a suggestion',
                'verbose_name_plural': 'answers to suggestions',
                'ordering': ('answered_at', 'pk'),
            },
        ),
        migrations.AddIndex(
            model_name='suggestion',
            index=models.Index(fields=['path', '-written_at'], name='suggestion_by_place'),
        ),
        migrations.AddIndex(
            model_name='suggestion',
            index=models.Index(condition=models.Q(('erased_at', None)), fields=['written_at'], name='suggestion_to_erase'),
        ),
        migrations.AddConstraint(
            model_name='suggestion',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('text', ''), _negated=True), ('erased_at__isnull', False), _connector='OR'), name='suggestion_says_something'),
        ),
        migrations.AddConstraint(
            model_name='suggestionanswer',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('text', ''), _negated=True), ('erased_at__isnull', False), _connector='OR'), name='suggestion_answer_says_something'),
        ),
        migrations.RunSQL(
            (SQL / "suggestions_guard.sql").read_text(encoding="utf-8"),
            (SQL / "suggestions_guard_undo.sql").read_text(encoding="utf-8"),
        ),
    ]
