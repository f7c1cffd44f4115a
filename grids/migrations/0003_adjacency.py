"""Who lies beside whom, kept while nothing is redrawn."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('grids', '0002_disputes'),
    ]

    operations = [
        migrations.CreateModel(
            name='Adjacency',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('path', models.CharField(db_collation='C', max_length=240, verbose_name='path')),
                ('level', models.PositiveSmallIntegerField(choices=[(10, 'cell'), (20, 'village'), (30, 'township'), (40, 'county'), (50, 'prefecture'), (60, 'province')], verbose_name='level')),
                ('fingerprint', models.CharField(max_length=64, verbose_name='of these areas')),
                ('paths', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(db_collation='C', max_length=240), size=None, verbose_name='areas')),
                ('left', django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), size=None, verbose_name='one')),
                ('right', django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), size=None, verbose_name='its neighbour')),
            ],
            options={
                'verbose_name': 'neighbours within an area',
                'verbose_name_plural': 'neighbours within areas',
                'constraints': [models.UniqueConstraint(fields=('path', 'level'), name='adjacency_once')],
            },
        ),
    ]
