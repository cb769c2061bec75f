"""How much one order may be for: by market, by product, and from which age on."""

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalogue', '0010_withdrawal_days'),
    ]

    operations = [
        migrations.AddField(
            model_name='product',
            name='minimum_age',
            field=models.PositiveSmallIntegerField(blank=True, help_text='The shopper confirms it before ordering; the order keeps it.', null=True, validators=[django.core.validators.MinValueValidator(3), django.core.validators.MaxValueValidator(99)], verbose_name='sold only to people of at least (years)'),
        ),
        migrations.AddField(
            model_name='product',
            name='order_most',
            field=models.PositiveSmallIntegerField(blank=True, help_text='Of this product or each of its variants. Empty: no limit of its own.', null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(999)], verbose_name='at most per order'),
        ),
        migrations.AddField(
            model_name='product',
            name='order_step',
            field=models.PositiveSmallIntegerField(db_default=1, default=1, help_text='6 for bottles by the half dozen. On a product with variants it holds for all of them.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(999)], verbose_name='sold in steps of'),
        ),
        migrations.AddConstraint(
            model_name='product',
            constraint=models.CheckConstraint(condition=models.Q(('order_step__gte', 1), models.Q(('order_most__isnull', True), ('order_most__gte', models.F('order_step')), _connector='OR')), name='product_order_limits_fit', violation_error_message='The most per order is less than one step.'),
        ),
    ]
