"""How much one order may be for: by market, by product, and from which age on."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('markets', '0007_withdrawal_days'),
    ]

    operations = [
        migrations.AddField(
            model_name='market',
            name='order_max_minor',
            field=models.PositiveBigIntegerField(blank=True, help_text="Goods after discounts, in the currency's smallest unit. Empty: any amount.", null=True, verbose_name='most an order is taken for'),
        ),
        migrations.AddField(
            model_name='market',
            name='order_min_minor',
            field=models.PositiveBigIntegerField(blank=True, help_text="Goods after discounts, in the currency's smallest unit: 2000 is 20.00 EUR. Empty: any amount.", null=True, verbose_name='least an order is taken for'),
        ),
        migrations.AddConstraint(
            model_name='market',
            constraint=models.CheckConstraint(condition=models.Q(('order_min_minor__isnull', True), ('order_max_minor__isnull', True), ('order_min_minor__lte', models.F('order_max_minor')), _connector='OR'), name='market_order_limits_fit', violation_error_message='The least an order is taken for is more than the most.'),
        ),
    ]
