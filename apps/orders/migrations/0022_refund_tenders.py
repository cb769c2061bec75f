"""A refund goes back to each tender it was paid with: those sent so far went to one."""

import django.db.models.deletion
from django.db import migrations, models

_COPY = """
INSERT INTO order_refundtender (refund_id, payment_id, state, amount_minor, idempotency_key, reference, sent_at)
SELECT id, payment_id, state, amount_minor, idempotency_key, reference, sent_at FROM order_refund
"""


class Migration(migrations.Migration):

    dependencies = [
        ('order', '0021_credit'),
    ]

    operations = [
        migrations.CreateModel(
            name='RefundTender',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('due', 'To be sent'), ('sent', 'Sent back')], default='due', max_length=4, verbose_name='state')),
                ('amount_minor', models.BigIntegerField(verbose_name='amount in minor units')),
                ('idempotency_key', models.CharField(max_length=80, unique=True, verbose_name='idempotency key')),
                ('reference', models.CharField(blank=True, max_length=200, verbose_name="provider's reference")),
                ('sent_at', models.DateTimeField(blank=True, null=True, verbose_name='sent')),
            ],
            options={
                'verbose_name': 'tender of a refund',
                'verbose_name_plural': 'tenders of refunds',
            },
        ),
        migrations.AddField(
            model_name='refundtender',
            name='payment',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='refunds', to='order.payment', verbose_name='payment'),
        ),
        migrations.AddField(
            model_name='refundtender',
            name='refund',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tenders', to='order.refund', verbose_name='refund'),
        ),
        migrations.AddConstraint(
            model_name='refundtender',
            constraint=models.UniqueConstraint(fields=('refund', 'payment'), name='refund_tender_unique'),
        ),
        migrations.AddConstraint(
            model_name='refundtender',
            constraint=models.CheckConstraint(condition=models.Q(('amount_minor__gt', 0)), name='refund_tender_positive'),
        ),
        migrations.AddConstraint(
            model_name='refundtender',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('sent_at__isnull', True), ('state', 'due')), models.Q(('sent_at__isnull', False), ('state', 'sent')), _connector='OR'), name='refund_tender_sent_has_time'),
        ),
        migrations.RunSQL(_COPY, migrations.RunSQL.noop),
    ]
