"""Fulfilments that can be rejected, wait for goods and be split; units that were never sent."""

import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

from apps.core.append_only import append_only
from apps.orders.legal_moves import install


class Migration(migrations.Migration):

    dependencies = [
        ('order', '0016_returns'),
        ('partner', '0003_stock_words_known'),
    ]

    operations = [
        migrations.CreateModel(
            name='Rejection',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('quantity', models.PositiveIntegerField(verbose_name='quantity')),
                ('reason', models.CharField(choices=[('not_found', 'Not found on the shelf'), ('sold', 'Sold at the counter meanwhile'), ('damaged', 'Damaged, not to be sold'), ('no_time', 'No time to prepare it'), ('closed', 'The location is closed')], max_length=12, verbose_name='reason')),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='note')),
                ('stock_delta', models.IntegerField(default=0, verbose_name='change of stock')),
                ('actor', models.CharField(max_length=120, verbose_name='by')),
                ('at', models.DateTimeField(verbose_name='at')),
            ],
            options={
                'verbose_name': 'rejection',
                'verbose_name_plural': 'rejections',
            },
        ),
        migrations.RemoveConstraint(
            model_name='fulfilment',
            name='fulfilment_one_per_order_and_location',
        ),
        migrations.RemoveConstraint(
            model_name='returnline',
            name='return_line_whole_or_open',
        ),
        migrations.AddField(
            model_name='fulfilment',
            name='acknowledged_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='acknowledged by the partner'),
        ),
        migrations.AddField(
            model_name='fulfilment',
            name='hop',
            field=models.PositiveSmallIntegerField(db_default=0, default=0, verbose_name='rejected before'),
        ),
        migrations.AddField(
            model_name='fulfilment',
            name='origin',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='heirs', to='order.fulfilment', verbose_name='instead of'),
        ),
        migrations.AddField(
            model_name='fulfilment',
            name='partner_reference',
            field=models.CharField(blank=True, db_default='', max_length=80, verbose_name="partner's reference"),
        ),
        migrations.AddField(
            model_name='fulfilment',
            name='sent_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='sent to the partner'),
        ),
        migrations.AddField(
            model_name='fulfilment',
            name='waits_until',
            field=models.DateTimeField(blank=True, null=True, verbose_name='waits until'),
        ),
        migrations.AddField(
            model_name='returnline',
            name='unsent',
            field=models.PositiveIntegerField(db_default=0, default=0, verbose_name='never sent'),
        ),
        migrations.AlterField(
            model_name='fulfilment',
            name='location',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partner.location', verbose_name='location'),
        ),
        migrations.AlterField(
            model_name='fulfilment',
            name='state',
            field=models.CharField(choices=[('waiting', 'Waiting for goods'), ('new', 'To be picked'), ('picked', 'Picked'), ('packed', 'Packed'), ('shipped', 'Shipped'), ('delivered', 'Delivered'), ('rejected', 'Rejected by the location'), ('replaced', 'Replaced by others'), ('cancelled', 'Cancelled')], default='new', max_length=10, verbose_name='state'),
        ),
        migrations.AlterField(
            model_name='maillog',
            name='kind',
            field=models.CharField(choices=[('order_confirmation', 'Order confirmation'), ('confirmation_again', 'Order confirmation, sent again'), ('payment_received', 'Payment received'), ('shipped', 'Shipped'), ('promise_moved', 'Delivery later than promised'), ('not_sent', 'Goods that cannot be sent'), ('order_expired', 'Order not paid'), ('order_cancelled', 'Order cancelled'), ('refund', 'Refund'), ('withdrawal', 'Withdrawal received'), ('return_refunded', 'Refund of returned goods'), ('return_refused', 'Return refused'), ('account', 'About an account'), ('message', "A shopper's message")], max_length=24, verbose_name='kind'),
        ),
        migrations.AddConstraint(
            model_name='fulfilment',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'new', 'picked', 'packed', 'shipped', 'delivered', 'rejected', 'replaced', 'cancelled'])), name='fulfilment_state_known'),
        ),
        migrations.AddConstraint(
            model_name='fulfilment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('location__isnull', False), ('waits_until__isnull', True)), models.Q(('location__isnull', True), ('state__in', ['waiting', 'replaced', 'cancelled'])), _connector='OR'), name='fulfilment_has_place_or_waits'),
        ),
        migrations.AddConstraint(
            model_name='returnline',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('damaged', 0), ('refused', 0), ('sellable', 0), ('unsent', 0)), ('quantity', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('sellable'), '+', models.F('damaged')), '+', models.F('refused')), '+', models.F('unsent'))), _connector='OR'), name='return_line_whole_or_open'),
        ),
        migrations.AddField(
            model_name='rejection',
            name='fulfilment',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rejections', to='order.fulfilment', verbose_name='fulfilment'),
        ),
        migrations.AddField(
            model_name='rejection',
            name='line',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='order.line', verbose_name='order line'),
        ),
        migrations.AddIndex(
            model_name='rejection',
            index=models.Index(fields=['-at'], name='rejection_newest_first'),
        ),
        migrations.AddConstraint(
            model_name='rejection',
            constraint=models.CheckConstraint(condition=models.Q(('quantity__gte', 1)), name='rejection_quantity_positive'),
        ),
        migrations.AddConstraint(
            model_name='rejection',
            constraint=models.CheckConstraint(condition=models.Q(('reason__in', ['not_found', 'sold', 'damaged', 'no_time', 'closed'])), name='rejection_reason_known'),
        ),
        migrations.AddConstraint(
            model_name='rejection',
            constraint=models.CheckConstraint(condition=models.Q(('stock_delta__lte', 0)), name='rejection_takes_stock_away'),
        ),
            append_only(table="order_rejection"),
        migrations.RunSQL(install(tables=("order_fulfilment",)), migrations.RunSQL.noop),
    ]
