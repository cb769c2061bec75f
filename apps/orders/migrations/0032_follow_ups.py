"""Orders that follow from others, and refunds that become their payment."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('order', '0031_collection'),
    ]

    operations = [
        migrations.CreateModel(
            name='FollowUp',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('addition', 'Goods added'), ('exchange', 'Exchange')], max_length=8, verbose_name='kind')),
                ('reason', models.CharField(max_length=200, verbose_name='reason')),
                ('created_by', models.CharField(max_length=120, verbose_name='by')),
                ('created_at', models.DateTimeField(verbose_name='created')),
            ],
            options={
                'verbose_name': 'order that follows from another',
                'verbose_name_plural': 'orders that follow from others',
            },
        ),
        migrations.RemoveConstraint(
            model_name='refundtender',
            name='refund_tender_unique',
        ),
        migrations.AddField(
            model_name='orderedit',
            name='adds',
            field=models.JSONField(db_default=[], default=list, verbose_name='goods added'),
        ),
        migrations.AddField(
            model_name='orderedit',
            name='follow_up',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='order.order', verbose_name='order of what is added'),
        ),
        migrations.AddField(
            model_name='refundtender',
            name='into',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='made_of', to='order.payment', verbose_name='became'),
        ),
        migrations.AlterField(
            model_name='maillog',
            name='kind',
            field=models.CharField(choices=[('order_confirmation', 'Order confirmation'), ('confirmation_again', 'Order confirmation, sent again'), ('payment_received', 'Payment received'), ('shipped', 'Shipped'), ('ready_to_collect', 'Ready to be collected'), ('collected', 'Collected'), ('promise_moved', 'Delivery later than promised'), ('not_sent', 'Goods that cannot be sent'), ('order_changed', 'Order changed'), ('follow_up', 'Order that follows from another'), ('order_expired', 'Order not paid'), ('order_cancelled', 'Order cancelled'), ('refund', 'Refund'), ('withdrawal', 'Withdrawal received'), ('return_refunded', 'Refund of returned goods'), ('return_refused', 'Return refused'), ('account', 'About an account'), ('message', "A shopper's message")], max_length=24, verbose_name='kind'),
        ),
        migrations.AddConstraint(
            model_name='refundtender',
            constraint=models.UniqueConstraint(condition=models.Q(('into__isnull', True)), fields=('refund', 'payment', 'is_release'), name='refund_tender_unique'),
        ),
        migrations.AddConstraint(
            model_name='refundtender',
            constraint=models.UniqueConstraint(condition=models.Q(('into__isnull', False)), fields=('refund', 'payment'), name='refund_tender_unique_into'),
        ),
        migrations.AddConstraint(
            model_name='refundtender',
            constraint=models.CheckConstraint(condition=models.Q(('into__isnull', True), models.Q(('is_release', False), ('state', 'sent')), _connector='OR'), name='refund_tender_into_is_done'),
        ),
        migrations.AddField(
            model_name='followup',
            name='given_back',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='exchange', to='order.return', verbose_name='return'),
        ),
        migrations.AddField(
            model_name='followup',
            name='order',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='follows_from', to='order.order', verbose_name='order that follows'),
        ),
        migrations.AddField(
            model_name='followup',
            name='parent',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='follow_ups', to='order.order', verbose_name='order'),
        ),
        migrations.AddConstraint(
            model_name='followup',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['addition', 'exchange'])), name='follow_up_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='followup',
            constraint=models.CheckConstraint(condition=models.Q(('order', models.F('parent')), _negated=True), name='follow_up_of_another_order'),
        ),
    ]
