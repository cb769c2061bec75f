"""Where a way of delivery does not go."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('order', '0037_order_limits'),
    ]

    operations = [
        migrations.AddField(
            model_name='deliverymethod',
            name='not_to',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=10), blank=True, db_default=[], default=list, help_text='With commas, as in: 20, 971, 972. For what is sent; collecting in a store is open to all.', size=None, verbose_name='not to postcodes beginning with'),
        ),
    ]
