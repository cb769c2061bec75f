"""Changes of orders: drafts, and the versions they became."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('order', '0029_goods_on_their_way'),
    ]

    operations = [
        migrations.AlterField(
            model_name='maillog',
            name='kind',
            field=models.CharField(choices=[('order_confirmation', 'Order confirmation'), ('confirmation_again', 'Order confirmation, sent again'), ('payment_received', 'Payment received'), ('shipped', 'Shipped'), ('promise_moved', 'Delivery later than promised'), ('not_sent', 'Goods that cannot be sent'), ('order_changed', 'Order changed'), ('order_expired', 'Order not paid'), ('order_cancelled', 'Order cancelled'), ('refund', 'Refund'), ('withdrawal', 'Withdrawal received'), ('return_refunded', 'Refund of returned goods'), ('return_refused', 'Return refused'), ('account', 'About an account'), ('message', "A shopper's message")], max_length=24, verbose_name='kind'),
        ),
        migrations.CreateModel(
            name='OrderEdit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('confirmed', 'Confirmed'), ('discarded', 'Discarded')], default='draft', max_length=9, verbose_name='state')),
                ('version', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='version')),
                ('based_on', models.PositiveSmallIntegerField(verbose_name='drafted on version')),
                ('units', models.JSONField(default=dict, verbose_name='units taken out')),
                ('address', models.JSONField(default=dict, verbose_name='new delivery address')),
                ('reason', models.CharField(max_length=200, verbose_name='reason')),
                ('expected', models.JSONField(default=dict, verbose_name='what it was said to do')),
                ('outcome', models.JSONField(default=dict, verbose_name='the order after it')),
                ('created_by', models.CharField(max_length=120, verbose_name='drafted by')),
                ('created_at', models.DateTimeField(verbose_name='drafted')),
                ('decided_by', models.CharField(blank=True, max_length=120, verbose_name='decided by')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='decided')),
                ('given_back', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='edit', to='order.return', verbose_name='pays back')),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='edits', to='order.order', verbose_name='order')),
            ],
            options={
                'verbose_name': 'change of an order',
                'verbose_name_plural': 'changes of orders',
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'draft')), fields=('order',), name='order_edit_one_draft'), models.UniqueConstraint(fields=('order', 'version'), name='order_edit_version_once'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', False), ('state', 'confirmed'), ('version__gte', 2)), models.Q(('decided_at__isnull', False), ('state', 'discarded'), ('version__isnull', True)), models.Q(('decided_at__isnull', True), ('state', 'draft'), ('version__isnull', True)), _connector='OR'), name='order_edit_decided_or_draft')],
            },
        ),
    ]
