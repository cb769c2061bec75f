"""How long goods may be given back: by market, by category, and as promised with each line."""

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalogue', '0009_kits'),
    ]

    operations = [
        migrations.AddField(
            model_name='category',
            name='withdrawal_days',
            field=models.PositiveSmallIntegerField(blank=True, help_text='Where it is more than the market gives; holds for everything below, too.', null=True, validators=[django.core.validators.MinValueValidator(14), django.core.validators.MaxValueValidator(365)], verbose_name='goods may be given back for (days)'),
        ),
        migrations.AddConstraint(
            model_name='category',
            constraint=models.CheckConstraint(condition=models.Q(('withdrawal_days__isnull', True), ('withdrawal_days__gte', 14), _connector='OR'), name='category_withdrawal_as_the_law_asks'),
        ),
    ]
