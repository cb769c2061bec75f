"""Uses of vouchers, markets of offers, holidays, and what an order may never be."""
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('basket', '0004_line_product_once'),
        ('catalogue', '0001_initial'),
        ('markets', '0002_initial'),
        ('offer', '0001_initial'),
        ('order', '0001_initial'),
        ('partner', '0003_stock_words_known'),
        ('sites', '0002_alter_domain_unique'),
        ('voucher', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='DeliveryHoliday',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('country', models.CharField(max_length=2, verbose_name='country')),
                ('day', models.DateField(verbose_name='day')),
                ('name', models.CharField(max_length=80, verbose_name='name')),
            ],
            options={
                'verbose_name': 'holiday',
                'verbose_name_plural': 'holidays',
            },
        ),
        migrations.CreateModel(
            name='OfferMarket',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ],
            options={
                'verbose_name': 'market of an offer',
                'verbose_name_plural': 'markets of offers',
            },
        ),
        migrations.CreateModel(
            name='VoucherSlot',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slot', models.CharField(max_length=60, verbose_name='use')),
                ('taken_at', models.DateTimeField(verbose_name='taken')),
            ],
            options={
                'verbose_name': 'use of a voucher',
                'verbose_name_plural': 'uses of vouchers',
            },
        ),
        migrations.AddConstraint(
            model_name='line',
            constraint=models.CheckConstraint(condition=models.Q(('quantity__gte', 1)), name='order_line_quantity_positive'),
        ),
        migrations.AddConstraint(
            model_name='line',
            constraint=models.CheckConstraint(condition=models.Q(('line_price_incl_tax__gte', 0), ('line_price_incl_tax__lte', models.F('line_price_before_discounts_incl_tax'))), name='order_line_price_in_range'),
        ),
        migrations.AddConstraint(
            model_name='line',
            constraint=models.UniqueConstraint(fields=('order', 'position'), name='order_line_position_unique'),
        ),
        migrations.AddConstraint(
            model_name='order',
            constraint=models.CheckConstraint(condition=models.Q(('discount_incl_tax__gte', 0), ('total_excl_tax__gte', 0), ('total_incl_tax__gte', 0)), name='order_totals_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='order',
            constraint=models.CheckConstraint(condition=models.Q(('total_incl_tax__gte', models.F('total_excl_tax'))), name='order_tax_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='order',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['placed', 'confirmed', 'in_fulfilment', 'shipped', 'delivered', 'expired', 'cancelled'])), name='order_state_known'),
        ),
        migrations.AddConstraint(
            model_name='deliveryholiday',
            constraint=models.UniqueConstraint(fields=('country', 'day'), name='delivery_holiday_unique'),
        ),
        migrations.AddField(
            model_name='offermarket',
            name='market',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='markets.market', verbose_name='market'),
        ),
        migrations.AddField(
            model_name='offermarket',
            name='offer',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='market_links', to='offer.conditionaloffer', verbose_name='offer'),
        ),
        migrations.AddField(
            model_name='voucherslot',
            name='order',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='voucher_slots', to='order.order', verbose_name='order'),
        ),
        migrations.AddField(
            model_name='voucherslot',
            name='voucher',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='slots', to='voucher.voucher', verbose_name='voucher'),
        ),
        migrations.AddConstraint(
            model_name='offermarket',
            constraint=models.UniqueConstraint(fields=('offer', 'market'), name='offer_market_unique'),
        ),
        migrations.AddConstraint(
            model_name='voucherslot',
            constraint=models.UniqueConstraint(fields=('voucher', 'slot'), name='voucher_slot_unique'),
        ),
        migrations.AddConstraint(
            model_name='voucherslot',
            constraint=models.CheckConstraint(condition=models.Q(('slot', ''), _negated=True), name='voucher_slot_named'),
        ),
    ]
