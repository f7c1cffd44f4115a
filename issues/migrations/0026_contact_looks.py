"""Every look at a contact is kept, and the database refuses to change that."""

from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):

    dependencies = [
        ('issues', '0025_undone_closures'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ContactLook',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(verbose_name='at')),
                ('purpose', models.CharField(choices=[('clarify', 'ask what exactly is the matter'), ('contact', 'first contact, or arrange a visit'), ('progress', 'say how it stands'), ('decision', 'tell a decision'), ('rating', 'ask for a rating'), ('danger', 'somebody is in danger'), ('other', 'something else')], max_length=10, verbose_name='purpose')),
                ('words', models.CharField(blank=True, max_length=120, verbose_name='in words')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='contact_looks', to=settings.AUTH_USER_MODEL, verbose_name='by')),
                ('issue', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='contact_looks', to='issues.issue', verbose_name='issue')),
                ('report', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='contact_looks', to='issues.submission', verbose_name='report')),
            ],
            options={
                'verbose_name': 'look at a contact',
                'verbose_name_plural': 'looks at contacts',
                'ordering': ('-at', '-pk'),
                'indexes': [models.Index(fields=['-at', '-id'], name='look_newest')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('purpose', 'other'), _negated=True), models.Q(('words', ''), _negated=True), _connector='OR'), name='look_other_says_what')],
            },
        ),
        migrations.RunSQL((SQL / "looks_guard.sql").read_text(), (SQL / "looks_guard_undo.sql").read_text()),
    ]
