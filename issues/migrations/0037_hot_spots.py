"""Hot spots, places where issues keep coming back, and topics of a month, which the database refuses to change."""

from pathlib import Path

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):

    dependencies = [
        ('grids', '0003_adjacency'),
        ('issues', '0036_sweeps_in_order'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='HotPlace',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('county', models.CharField(db_collation='C', max_length=240, verbose_name='county')),
                ('month', models.DateField(verbose_name='month')),
                ('rank', models.PositiveSmallIntegerField(verbose_name='rank')),
                ('paths', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(db_collation='C', max_length=240), size=None, verbose_name='cells')),
                ('lon', models.FloatField(verbose_name='longitude')),
                ('lat', models.FloatField(verbose_name='latitude')),
                ('reach_m', models.PositiveIntegerField(verbose_name='reach')),
                ('came_back', models.PositiveIntegerField(verbose_name='issues that came back')),
                ('issues', models.PositiveIntegerField(verbose_name='issues')),
                ('counts', django.contrib.postgres.fields.ArrayField(base_field=models.PositiveIntegerField(), size=None, verbose_name='issues by month')),
                ('trend', models.CharField(choices=[('growing', 'growing'), ('steady', 'steady'), ('fading', 'fading')], max_length=8, verbose_name='trend')),
                ('is_hot', models.BooleanField(verbose_name='touches a hot spot')),
                ('sample', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None, verbose_name='latest issues')),
            ],
            options={
                'verbose_name': 'place where issues keep coming back',
                'verbose_name_plural': 'places where issues keep coming back',
            },
        ),
        migrations.CreateModel(
            name='HotRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('path', models.CharField(db_collation='C', max_length=240, unique=True, verbose_name='county')),
                ('number', models.PositiveIntegerField(default=0, verbose_name='number')),
                ('key', models.CharField(blank=True, max_length=200, verbose_name='made from')),
                ('made_at', models.DateTimeField(null=True, verbose_name='made at')),
                ('first_week', models.PositiveSmallIntegerField(default=0, verbose_name='first week')),
                ('until_week', models.PositiveSmallIntegerField(default=0, verbose_name='until week')),
            ],
            options={
                'verbose_name': 'analysis of hot spots',
                'verbose_name_plural': 'analyses of hot spots',
            },
        ),
        migrations.CreateModel(
            name='HotSpot',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('level', models.PositiveSmallIntegerField(choices=[(10, 'cell'), (20, 'village'), (30, 'township'), (40, 'county'), (50, 'prefecture'), (60, 'province')], verbose_name='level')),
                ('is_public', models.BooleanField(verbose_name='of what everybody is told')),
                ('group', models.CharField(blank=True, max_length=60, verbose_name='group of categories')),
                ('path', models.CharField(db_collation='C', max_length=240, verbose_name='path')),
                ('is_hot', models.BooleanField(verbose_name='hot')),
                ('trend', models.CharField(choices=[('growing', 'growing'), ('steady', 'steady'), ('fading', 'fading')], max_length=8, verbose_name='trend')),
                ('count', models.PositiveIntegerField(verbose_name='issues')),
                ('counts', django.contrib.postgres.fields.ArrayField(base_field=models.PositiveIntegerField(), size=None, verbose_name='issues by period')),
                ('around', models.FloatField(verbose_name='issues per area around it')),
                ('average', models.FloatField(verbose_name='issues per area on average')),
                ('score', models.FloatField(verbose_name='standard score')),
                ('chance', models.FloatField(verbose_name='adjusted p')),
                ('tau', models.FloatField(verbose_name="Kendall's tau")),
                ('drift_chance', models.FloatField(verbose_name='adjusted p of the trend')),
            ],
            options={
                'verbose_name': 'hot spot',
                'verbose_name_plural': 'hot spots',
            },
        ),
        migrations.CreateModel(
            name='Topic',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('path', models.CharField(db_collation='C', max_length=240, verbose_name='path')),
                ('month', models.DateField(verbose_name='month')),
                ('paths', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(db_collation='C', max_length=240), size=None, verbose_name='cells')),
                ('evidence', models.JSONField(verbose_name='evidence')),
                ('goal', models.CharField(max_length=300, verbose_name='what is to be reached')),
                ('chosen_at', models.DateTimeField(verbose_name='chosen at')),
            ],
            options={
                'verbose_name': 'topic of a month',
                'verbose_name_plural': 'topics of months',
                'ordering': ('-month',),
            },
        ),
        migrations.CreateModel(
            name='TopicLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField(verbose_name='number')),
                ('kind', models.CharField(choices=[('progress', 'progress'), ('done', 'done with')], default='progress', max_length=8, verbose_name='kind')),
                ('text', models.CharField(max_length=500, verbose_name='text')),
                ('at', models.DateTimeField(verbose_name='at')),
            ],
            options={
                'verbose_name': 'line of a topic',
                'verbose_name_plural': 'lines of topics',
                'ordering': ('number',),
            },
        ),
        migrations.RemoveIndex(
            model_name='heatarea',
            name='heat_area_week',
        ),
        migrations.AddIndex(
            model_name='heatarea',
            index=models.Index(fields=['week', 'path'], name='heat_area_week_path'),
        ),
        migrations.AddField(
            model_name='hotplace',
            name='category',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='hot_places', to='issues.category', verbose_name='category'),
        ),
        migrations.AddField(
            model_name='hotspot',
            name='run',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='spots', to='issues.hotrun', verbose_name='analysis'),
        ),
        migrations.AddField(
            model_name='topic',
            name='category',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='topics', to='issues.category', verbose_name='category'),
        ),
        migrations.AddField(
            model_name='topic',
            name='chosen_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='topics_chosen', to=settings.AUTH_USER_MODEL, verbose_name='chosen by'),
        ),
        migrations.AddField(
            model_name='topic',
            name='county',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='topics', to='grids.area', verbose_name='county'),
        ),
        migrations.AddField(
            model_name='topicline',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='topic_lines', to=settings.AUTH_USER_MODEL, verbose_name='by'),
        ),
        migrations.AddField(
            model_name='topicline',
            name='topic',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='issues.topic', verbose_name='topic'),
        ),
        migrations.AddConstraint(
            model_name='hotplace',
            constraint=models.UniqueConstraint(fields=('county', 'month', 'rank'), name='hot_place_rank_once'),
        ),
        migrations.AddIndex(
            model_name='hotspot',
            index=models.Index(fields=['path', 'group', 'is_public'], name='hot_spot_by_place'),
        ),
        migrations.AddConstraint(
            model_name='hotspot',
            constraint=models.UniqueConstraint(fields=('run', 'level', 'is_public', 'group', 'path'), name='hot_spot_once'),
        ),
        migrations.AddConstraint(
            model_name='topic',
            constraint=models.UniqueConstraint(fields=('path', 'month'), name='topic_once_a_month'),
        ),
        migrations.AddConstraint(
            model_name='topicline',
            constraint=models.UniqueConstraint(fields=('topic', 'number'), name='topic_line_once'),
        ),
        migrations.RunSQL((SQL / "topics_guard.sql").read_text(), (SQL / "topics_guard_undo.sql").read_text()),
    ]
