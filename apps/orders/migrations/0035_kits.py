"""Kits as they were ordered, and the lines that are their components."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalogue', '0009_kits'),
        ('order', '0034_return_photos'),
    ]

    operations = [
        migrations.CreateModel(
            name='OrderKit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField(verbose_name='position')),
                ('sku', models.CharField(max_length=64, verbose_name='SKU')),
                ('title', models.CharField(max_length=255, verbose_name='name')),
                ('quantity', models.PositiveIntegerField(verbose_name='kits')),
                ('unit_shown', models.DecimalField(decimal_places=2, max_digits=12, verbose_name='price of one, as the market shows it')),
                ('price_trace', models.JSONField(default=dict, verbose_name='how the price came about')),
                ('picture', models.JSONField(blank=True, default=dict, verbose_name='picture at the time')),
                ('url_path', models.CharField(blank=True, max_length=300, verbose_name='product page at the time')),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='kits', to='order.order', verbose_name='order')),
                ('product', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='catalogue.product', verbose_name='product')),
            ],
            options={
                'verbose_name': 'kit of an order',
                'verbose_name_plural': 'kits of orders',
            },
        ),
        migrations.AddField(
            model_name='line',
            name='kit',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='order.orderkit', verbose_name='sold in this kit'),
        ),
        migrations.AddConstraint(
            model_name='orderkit',
            constraint=models.UniqueConstraint(fields=('order', 'position'), name='order_kit_position_unique'),
        ),
        migrations.AddConstraint(
            model_name='orderkit',
            constraint=models.CheckConstraint(condition=models.Q(('quantity__gte', 1)), name='order_kit_quantity_positive'),
        ),
    ]
