"""Locations that take returns at their counter."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('partner', '0005_held_cause'),
    ]

    operations = [
        migrations.AddField(
            model_name='location',
            name='takes_returns',
            field=models.BooleanField(db_default=False, default=False, help_text='Shoppers may bring back here what they ordered on the web.', verbose_name='takes returns at its counter'),
        ),
    ]
