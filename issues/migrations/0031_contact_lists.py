"""Lists with contacts, asked for by one person and approved by another; their numbers come from a sequence."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('issues', '0030_disputed_ground'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL("CREATE SEQUENCE issues_contact_list_number AS bigint", "DROP SEQUENCE issues_contact_list_number"),
        migrations.AlterField(
            model_name='contactlook',
            name='purpose',
            field=models.CharField(choices=[('clarify', 'ask what exactly is the matter'), ('contact', 'first contact, or arrange a visit'), ('progress', 'say how it stands'), ('decision', 'tell a decision'), ('rating', 'ask for a rating'), ('danger', 'somebody is in danger'), ('other', 'something else'), ('export', 'list with contacts')], max_length=10, verbose_name='purpose'),
        ),
        migrations.CreateModel(
            name='ContactList',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=24, unique=True, verbose_name='number')),
                ('path', models.CharField(db_collation='C', max_length=240, verbose_name='path')),
                ('purpose', models.CharField(max_length=200, verbose_name='purpose')),
                ('asked_at', models.DateTimeField(verbose_name='asked at')),
                ('decision', models.CharField(choices=[('pending', 'pending'), ('granted', 'granted'), ('refused', 'refused')], default='pending', max_length=8, verbose_name='decision')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='decided at')),
                ('decision_reason', models.CharField(blank=True, max_length=200, verbose_name='reason of the decision')),
                ('until', models.DateTimeField(blank=True, null=True, verbose_name='may be taken out until')),
                ('taken_at', models.DateTimeField(blank=True, null=True, verbose_name='last taken out at')),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='contact_lists_asked', to=settings.AUTH_USER_MODEL, verbose_name='asked by')),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='contact_lists_decided', to=settings.AUTH_USER_MODEL, verbose_name='decided by')),
            ],
            options={
                'verbose_name': 'list with contacts',
                'verbose_name_plural': 'lists with contacts',
                'ordering': ('-asked_at', '-pk'),
                'constraints': [models.CheckConstraint(condition=models.Q(('decided_by', models.F('asked_by')), _negated=True), name='contact_list_needs_two'), models.CheckConstraint(condition=models.Q(models.Q(('decided_by', None), ('decision', 'pending'), ('until', None)), models.Q(('decided_by__isnull', False), ('decision', 'refused'), ('until', None)), models.Q(('decided_by__isnull', False), ('decision', 'granted'), ('until__isnull', False)), _connector='OR'), name='contact_list_decided_whole'), models.CheckConstraint(condition=models.Q(('taken_at', None), ('decision', 'granted'), _connector='OR'), name='contact_list_taken_if_granted')],
            },
        ),
    ]
