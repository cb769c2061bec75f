"""How long a checkout keeps its goods, per market."""

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('markets', '0004_invoice_prefix'),
    ]

    operations = [
        migrations.AddField(
            model_name='market',
            name='checkout_hold_minutes',
            field=models.PositiveSmallIntegerField(default=15, help_text='From its first step; 0 keeps nothing before the order.', validators=[django.core.validators.MaxValueValidator(120)], verbose_name='goods are kept in the checkout for (minutes)'),
        ),
    ]
