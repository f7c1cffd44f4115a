from django.db import migrations
from encrypted_fields.fields import EncryptedCharField


class Migration(migrations.Migration):
    dependencies = [("issues", "0007_category_code")]

    operations = [
        migrations.AlterField(
            model_name="requester",
            name="phone",
            field=EncryptedCharField(blank=True, max_length=40, null=True, verbose_name="phone"),
        ),
        migrations.AlterField(
            model_name="requester",
            name="email",
            field=EncryptedCharField(blank=True, max_length=120, null=True, verbose_name="e-mail"),
        ),
    ]
