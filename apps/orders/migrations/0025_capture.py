"""Payments that are authorised first and charged in parts, and the captures they are charged by."""

import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

from apps.orders.legal_moves import install


class Migration(migrations.Migration):

    dependencies = [
        ('order', '0024_stock_holds'),
    ]

    operations = [
        migrations.CreateModel(
            name='PaymentCapture',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('due', 'To be charged'), ('done', 'Charged'), ('refused', 'Refused by the provider')], default='due', max_length=8, verbose_name='state')),
                ('amount_minor', models.BigIntegerField(verbose_name='amount in minor units')),
                ('is_last', models.BooleanField(default=False, verbose_name='the last one')),
                ('attempt', models.PositiveSmallIntegerField(default=1, verbose_name='attempt')),
                ('reference', models.CharField(blank=True, max_length=200, verbose_name="provider's reference")),
                ('refusal_code', models.CharField(blank=True, max_length=80, verbose_name='reason of refusal')),
                ('asked_at', models.DateTimeField(verbose_name='asked')),
                ('tried_at', models.DateTimeField(blank=True, null=True, verbose_name='first tried')),
                ('done_at', models.DateTimeField(blank=True, null=True, verbose_name='charged at')),
            ],
            options={
                'verbose_name': 'capture',
                'verbose_name_plural': 'captures',
            },
        ),
        migrations.RemoveConstraint(
            model_name='refundtender',
            name='refund_tender_unique',
        ),
        migrations.AddField(
            model_name='demobankpayment',
            name='captured_minor',
            field=models.BigIntegerField(db_default=0, default=0, verbose_name='charged in minor units'),
        ),
        migrations.AddField(
            model_name='demobankpayment',
            name='captures',
            field=models.JSONField(db_default=models.Value({}, models.JSONField()), default=dict, verbose_name="charged, by the shop's key"),
        ),
        migrations.AddField(
            model_name='demobankpayment',
            name='is_captured_later',
            field=models.BooleanField(db_default=False, default=False, verbose_name='authorised only'),
        ),
        migrations.AddField(
            model_name='demobankpayment',
            name='is_released',
            field=models.BooleanField(db_default=False, default=False, verbose_name='the rest was let go'),
        ),
        migrations.AddField(
            model_name='payment',
            name='authorised_until',
            field=models.DateTimeField(blank=True, null=True, verbose_name='authorised until'),
        ),
        migrations.AddField(
            model_name='payment',
            name='capture',
            field=models.CharField(choices=[('at_once', 'With the order'), ('at_shipment', 'With each parcel that leaves'), ('at_first_shipment', 'Whole, with the first parcel that leaves')], db_default='at_once', default='at_once', max_length=20, verbose_name='charged'),
        ),
        migrations.AddField(
            model_name='payment',
            name='released_minor',
            field=models.BigIntegerField(db_default=0, default=0, verbose_name='released in minor units'),
        ),
        migrations.AddField(
            model_name='refundtender',
            name='is_release',
            field=models.BooleanField(db_default=False, default=False, verbose_name='never charged'),
        ),
        migrations.AlterField(
            model_name='payment',
            name='state',
            field=models.CharField(choices=[('created', 'Started'), ('pending', 'Being confirmed'), ('authorised', 'Authorised'), ('paid', 'Paid'), ('refused', 'Refused'), ('expired', 'Expired'), ('void_due', 'To be released'), ('voided', 'Released'), ('refund_due', 'To be refunded'), ('refunded', 'Refunded')], default='created', max_length=10, verbose_name='state'),
        ),
        migrations.AddIndex(
            model_name='payment',
            index=models.Index(condition=models.Q(('state', 'authorised')), fields=['authorised_until'], name='payment_authorised_end'),
        ),
        migrations.AddConstraint(
            model_name='demobankpayment',
            constraint=models.CheckConstraint(condition=models.Q(('captured_minor__gte', 0), ('captured_minor__lte', models.F('amount_minor'))), name='demo_bank_captures_within_amount'),
        ),
        migrations.AddConstraint(
            model_name='payment',
            constraint=models.CheckConstraint(condition=models.Q(('released_minor', 0), models.Q(('amount_minor__gte', django.db.models.expressions.CombinedExpression(models.F('captured_minor'), '+', models.F('released_minor'))), ('released_minor__gt', 0)), _connector='OR'), name='payment_releases_what_is_not_captured'),
        ),
        migrations.AddConstraint(
            model_name='payment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'authorised'), _negated=True), models.Q(('authorised_until__isnull', False), models.Q(('capture', 'at_once'), _negated=True)), _connector='OR'), name='payment_authorised_has_end'),
        ),
        migrations.AddConstraint(
            model_name='refundtender',
            constraint=models.UniqueConstraint(fields=('refund', 'payment', 'is_release'), name='refund_tender_unique'),
        ),
        migrations.AddField(
            model_name='paymentcapture',
            name='fulfilment',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='captures', to='order.fulfilment', verbose_name='fulfilment'),
        ),
        migrations.AddField(
            model_name='paymentcapture',
            name='payment',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='captures', to='order.payment', verbose_name='payment'),
        ),
        migrations.AddIndex(
            model_name='paymentcapture',
            index=models.Index(condition=models.Q(('state', 'done'), _negated=True), fields=['asked_at'], name='capture_not_done'),
        ),
        migrations.AddConstraint(
            model_name='paymentcapture',
            constraint=models.UniqueConstraint(fields=('payment', 'fulfilment'), name='capture_once_per_parcel', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='paymentcapture',
            constraint=models.CheckConstraint(condition=models.Q(('amount_minor__gt', 0)), name='capture_positive'),
        ),
        migrations.AddConstraint(
            model_name='paymentcapture',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('done_at__isnull', False), ('state', 'done')), models.Q(models.Q(('state', 'done'), _negated=True), ('done_at__isnull', True)), _connector='OR'), name='capture_done_has_time'),
        ),
        migrations.RunSQL(install(tables=["order_payment"]), migrations.RunSQL.noop),
    ]
