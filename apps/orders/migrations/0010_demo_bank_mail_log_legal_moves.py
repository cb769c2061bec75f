"""The demo bank's books, the log of mails, and the tables of legal moves as triggers of the database."""

import django.db.models.deletion
from django.db import migrations, models

from apps.orders.legal_moves import install, uninstall


class Migration(migrations.Migration):

    dependencies = [
        ('order', '0003_transition_append_only'),
    ]

    operations = [
        migrations.CreateModel(
            name='DemoBankPayment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reference', models.CharField(max_length=40, unique=True, verbose_name='reference')),
                ('payment_key', models.CharField(max_length=80, unique=True, verbose_name="shop's key")),
                ('order_number', models.CharField(max_length=128, verbose_name='order number')),
                ('merchant', models.CharField(max_length=120, verbose_name='merchant')),
                ('amount_minor', models.BigIntegerField(verbose_name='amount in minor units')),
                ('currency', models.CharField(max_length=3, verbose_name='currency')),
                ('return_url', models.CharField(max_length=500, verbose_name='back to the shop')),
                ('language', models.CharField(max_length=2, verbose_name='language')),
                ('decision', models.CharField(choices=[('open', 'Open'), ('approved', 'Approved'), ('declined', 'Declined'), ('delayed', 'Approved, settles later'), ('closed', 'Closed by the shop')], default='open', max_length=10, verbose_name='decision')),
                ('is_silent', models.BooleanField(default=False, verbose_name='the notice is lost')),
                ('refunded_minor', models.BigIntegerField(default=0, verbose_name='paid back in minor units')),
                ('created_at', models.DateTimeField(verbose_name='created')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='decided')),
                ('settles_at', models.DateTimeField(blank=True, null=True, verbose_name='settles at')),
            ],
            options={
                'verbose_name': 'payment at the demo bank',
                'verbose_name_plural': 'payments at the demo bank',
                'indexes': [models.Index(condition=models.Q(('decision', 'delayed')), fields=['settles_at'], name='demo_bank_delayed')],
                'constraints': [models.CheckConstraint(condition=models.Q(('refunded_minor__gte', 0), ('refunded_minor__lte', models.F('amount_minor'))), name='demo_bank_refunds_within_amount')],
            },
        ),
        migrations.CreateModel(
            name='MailLog',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(help_text='event and kind', max_length=120, unique=True, verbose_name='key')),
                ('kind', models.CharField(choices=[('order_confirmation', 'Order confirmation'), ('payment_received', 'Payment received'), ('shipped', 'Shipped'), ('order_expired', 'Order not paid'), ('refund', 'Refund')], max_length=24, verbose_name='kind')),
                ('state', models.CharField(choices=[('sending', 'Being sent'), ('sent', 'Sent')], default='sending', max_length=8, verbose_name='state')),
                ('recipient', models.EmailField(max_length=254, verbose_name='recipient')),
                ('language', models.CharField(max_length=2, verbose_name='language')),
                ('subject', models.CharField(max_length=200, verbose_name='subject')),
                ('message_id', models.CharField(max_length=200, verbose_name='message id')),
                ('attempts', models.PositiveIntegerField(default=0, verbose_name='attempts')),
                ('created_at', models.DateTimeField(verbose_name='created')),
                ('sent_at', models.DateTimeField(blank=True, null=True, verbose_name='sent')),
                ('text', models.TextField(blank=True, verbose_name='text')),
                ('html', models.TextField(blank=True, verbose_name='HTML')),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='mails', to='order.order', verbose_name='order')),
            ],
            options={
                'verbose_name': 'mail',
                'verbose_name_plural': 'mails',
                'indexes': [models.Index(fields=['-created_at', '-id'], name='mail_newest_first')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state', 'sent'), ('sent_at__isnull', True), _connector='XOR'), name='mail_sent_has_time')],
            },
        ),
        migrations.RunSQL(install(tables=("order_order", "order_payment", "order_fulfilment")), uninstall()),
    ]
