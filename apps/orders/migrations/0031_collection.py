"""Orders that are collected in a store."""

import django.db.models.deletion
from django.db import migrations, models

from apps.orders.legal_moves import install


class Migration(migrations.Migration):

    dependencies = [
        ('markets', '0006_capture'),
        ('order', '0030_edits'),
        ('partner', '0008_offers_collection'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='fulfilment',
            name='fulfilment_state_known',
        ),
        migrations.AddField(
            model_name='deliverymethod',
            name='keep_days',
            field=models.PositiveSmallIntegerField(db_default=7, default=7, help_text='For collection only; then it is given up.', verbose_name='kept ready for days'),
        ),
        migrations.AddField(
            model_name='deliverymethod',
            name='kind',
            field=models.CharField(choices=[('home', 'Sent to the shopper'), ('collect', 'Collected in a store')], db_default='home', default='home', max_length=8, verbose_name='kind'),
        ),
        migrations.AddField(
            model_name='fulfilment',
            name='ready_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='ready to be collected'),
        ),
        migrations.AddField(
            model_name='order',
            name='collect_at',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partner.location', verbose_name='collected at'),
        ),
        migrations.AlterField(
            model_name='fulfilment',
            name='state',
            field=models.CharField(choices=[('waiting', 'Waiting for goods'), ('expected', 'Goods on their way to us'), ('new', 'To be picked'), ('picked', 'Picked'), ('packed', 'Packed'), ('ready', 'Ready to be collected'), ('shipped', 'Shipped'), ('delivered', 'Delivered'), ('rejected', 'Rejected by the location'), ('replaced', 'Replaced by others'), ('cancelled', 'Cancelled')], default='new', max_length=10, verbose_name='state'),
        ),
        migrations.AlterField(
            model_name='maillog',
            name='kind',
            field=models.CharField(choices=[('order_confirmation', 'Order confirmation'), ('confirmation_again', 'Order confirmation, sent again'), ('payment_received', 'Payment received'), ('shipped', 'Shipped'), ('ready_to_collect', 'Ready to be collected'), ('collected', 'Collected'), ('promise_moved', 'Delivery later than promised'), ('not_sent', 'Goods that cannot be sent'), ('order_changed', 'Order changed'), ('order_expired', 'Order not paid'), ('order_cancelled', 'Order cancelled'), ('refund', 'Refund'), ('withdrawal', 'Withdrawal received'), ('return_refunded', 'Refund of returned goods'), ('return_refused', 'Return refused'), ('account', 'About an account'), ('message', "A shopper's message")], max_length=24, verbose_name='kind'),
        ),
        migrations.AddConstraint(
            model_name='deliverymethod',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['home', 'collect'])), name='delivery_method_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='deliverymethod',
            constraint=models.CheckConstraint(condition=models.Q(('keep_days__gte', 1)), name='delivery_method_keeps_a_day'),
        ),
        migrations.AddConstraint(
            model_name='fulfilment',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'expected', 'new', 'picked', 'packed', 'ready', 'shipped', 'delivered', 'rejected', 'replaced', 'cancelled'])), name='fulfilment_state_known'),
        ),
        migrations.AddConstraint(
            model_name='fulfilment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'ready'), _negated=True), ('ready_at__isnull', False), _connector='OR'), name='fulfilment_ready_has_time'),
        ),
        migrations.RunSQL(install(tables=["order_fulfilment"]), migrations.RunSQL.noop),
    ]
