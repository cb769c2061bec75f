"""Holds of checkouts, and orders that were given more time to pay."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('markets', '0005_hold_minutes'),
        ('order', '0023_refund_without_payment'),
    ]

    operations = [
        migrations.AddField(
            model_name='order',
            name='is_extended',
            field=models.BooleanField(db_default=False, default=False, verbose_name='given more time to pay'),
        ),
        migrations.CreateModel(
            name='StockHold',
            fields=[
                ('basket_id', models.BigIntegerField(primary_key=True, serialize=False, verbose_name='basket')),
                ('expires_at', models.DateTimeField(blank=True, null=True, verbose_name='kept until')),
                ('starts', models.PositiveSmallIntegerField(default=1, verbose_name='times kept')),
                ('signature', models.CharField(max_length=64, verbose_name='what is kept')),
                ('market', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='markets.market', verbose_name='market')),
            ],
            options={
                'verbose_name': 'hold of a checkout',
                'verbose_name_plural': 'holds of checkouts',
                'indexes': [models.Index(condition=models.Q(('expires_at__isnull', False)), fields=['expires_at'], name='stock_hold_by_end')],
            },
        ),
    ]
