"""How long goods may be given back: by market, by category, and as promised with each line."""

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('markets', '0006_capture'),
    ]

    operations = [
        migrations.AddField(
            model_name='market',
            name='withdrawal_days',
            field=models.PositiveSmallIntegerField(db_default=14, default=14, help_text='From the last parcel; the law asks for 14. Categories may give more. Orders keep what was promised.', validators=[django.core.validators.MinValueValidator(14), django.core.validators.MaxValueValidator(365)], verbose_name='goods may be given back for (days)'),
        ),
        migrations.AddConstraint(
            model_name='market',
            constraint=models.CheckConstraint(condition=models.Q(('withdrawal_days__gte', 14)), name='market_withdrawal_as_the_law_asks'),
        ),
    ]
