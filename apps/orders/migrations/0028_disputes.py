"""Disputes: charges a shopper’s bank takes back, or may."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('order', '0027_reconciliations'),
    ]

    operations = [
        migrations.CreateModel(
            name='PaymentDispute',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reference', models.CharField(max_length=200, unique=True, verbose_name="provider's reference")),
                ('state', models.CharField(choices=[('open', 'To be answered'), ('won', 'Won'), ('lost', 'Lost')], default='open', max_length=4, verbose_name='state')),
                ('amount_minor', models.BigIntegerField(verbose_name='amount in minor units')),
                ('currency', models.CharField(max_length=3, verbose_name='currency')),
                ('reason', models.CharField(blank=True, max_length=60, verbose_name='reason')),
                ('opened_at', models.DateTimeField(verbose_name='opened')),
                ('respond_by', models.DateTimeField(blank=True, null=True, verbose_name='to be answered by')),
                ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='closed')),
                ('payment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='disputes', to='order.payment', verbose_name='payment')),
            ],
            options={
                'verbose_name': 'dispute',
                'verbose_name_plural': 'disputes',
                'indexes': [models.Index(condition=models.Q(('state', 'open')), fields=['respond_by'], name='dispute_to_answer')],
                'constraints': [models.CheckConstraint(condition=models.Q(('amount_minor__gt', 0)), name='dispute_amount_positive'), models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', True), ('state', 'open')), models.Q(('closed_at__isnull', False), ('state__in', ['won', 'lost'])), _connector='OR'), name='dispute_closed_has_time')],
            },
        ),
    ]
