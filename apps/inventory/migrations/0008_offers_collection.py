"""Stores where orders can be collected."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('partner', '0007_inbound'),
    ]

    operations = [
        migrations.AddField(
            model_name='location',
            name='offers_collection',
            field=models.BooleanField(db_default=False, default=False, help_text='Shoppers may choose it at checkout while it serves the web shop.', verbose_name='orders can be collected here'),
        ),
    ]
