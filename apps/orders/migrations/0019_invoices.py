"""Invoices and credit notes: series of numbers, documents that only grow, their files."""

import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

from apps.core.append_only import append_only


class Migration(migrations.Migration):

    dependencies = [
        ('order', '0018_logistics_partners'),
    ]

    operations = [
        migrations.CreateModel(
            name='Invoice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField(verbose_name='number in the series')),
                ('number', models.CharField(max_length=35, unique=True, verbose_name='number')),
                ('kind', models.CharField(choices=[('invoice', 'Invoice'), ('credit_note', 'Credit note')], max_length=12, verbose_name='kind')),
                ('issued_at', models.DateTimeField(verbose_name='issued')),
                ('language', models.CharField(max_length=2, verbose_name='language')),
                ('currency', models.CharField(max_length=3, verbose_name='currency')),
                ('net_minor', models.BigIntegerField(verbose_name='without tax, in minor units')),
                ('tax_minor', models.BigIntegerField(verbose_name='tax in minor units')),
                ('gross_minor', models.BigIntegerField(verbose_name='with tax, in minor units')),
                ('taxes', models.JSONField(verbose_name='tax per rate')),
                ('told', models.JSONField(verbose_name='what it says')),
                ('fulfilment', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='invoice', to='order.fulfilment', verbose_name='fulfilment')),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='invoices', to='order.order', verbose_name='order')),
                ('refund', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='credit_note', to='order.refund', verbose_name='refund')),
            ],
            options={
                'verbose_name': 'invoice',
                'verbose_name_plural': 'invoices',
            },
        ),
        migrations.CreateModel(
            name='InvoiceFile',
            fields=[
                ('invoice', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='file', serialize=False, to='order.invoice', verbose_name='invoice')),
                ('content', models.BinaryField(verbose_name='content')),
                ('sha256', models.CharField(max_length=64, verbose_name='SHA-256')),
                ('made_at', models.DateTimeField(verbose_name='made')),
            ],
            options={
                'verbose_name': 'file of an invoice',
                'verbose_name_plural': 'files of invoices',
            },
        ),
        migrations.CreateModel(
            name='InvoiceSeries',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('prefix', models.CharField(max_length=30, verbose_name='start of invoice numbers')),
                ('kind', models.CharField(choices=[('invoice', 'Invoice'), ('credit_note', 'Credit note')], max_length=12, verbose_name='kind')),
                ('year', models.PositiveSmallIntegerField(verbose_name='year')),
                ('last', models.PositiveIntegerField(default=0, verbose_name='last number')),
                ('last_issued_at', models.DateTimeField(blank=True, null=True, verbose_name='last issued')),
            ],
            options={
                'verbose_name': 'series of invoice numbers',
                'verbose_name_plural': 'series of invoice numbers',
                'constraints': [models.UniqueConstraint(fields=('prefix', 'kind', 'year'), name='invoice_series_unique'), models.CheckConstraint(condition=models.Q(('kind__in', ['invoice', 'credit_note'])), name='invoice_series_kind_known')],
            },
        ),
        migrations.AddField(
            model_name='invoice',
            name='series',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='invoices', to='order.invoiceseries', verbose_name='series'),
        ),
        migrations.CreateModel(
            name='InvoiceLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField(verbose_name='position')),
                ('title', models.CharField(max_length=255, verbose_name='title')),
                ('sku', models.CharField(blank=True, max_length=128, verbose_name='SKU')),
                ('quantity', models.PositiveIntegerField(verbose_name='quantity')),
                ('unit_minor', models.BigIntegerField(verbose_name='unit price without tax')),
                ('discount_minor', models.BigIntegerField(default=0, verbose_name='discount without tax')),
                ('tax_percent', models.DecimalField(decimal_places=3, max_digits=6, verbose_name='tax percent')),
                ('net_minor', models.BigIntegerField(verbose_name='without tax, in minor units')),
                ('tax_minor', models.BigIntegerField(verbose_name='tax in minor units')),
                ('invoice', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='order.invoice', verbose_name='invoice')),
                ('line', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='invoice_lines', to='order.line', verbose_name='order line')),
            ],
            options={
                'verbose_name': 'line of an invoice',
                'verbose_name_plural': 'lines of invoices',
                'constraints': [models.UniqueConstraint(fields=('invoice', 'position'), name='invoice_line_position_unique'), models.UniqueConstraint(fields=('invoice', 'line'), name='invoice_line_unique'), models.CheckConstraint(condition=models.Q(('discount_minor__gte', 0), ('net_minor__gte', 0), ('quantity__gte', 1), ('unit_minor__gte', 0), ('tax_minor__gte', 0)), name='invoice_line_not_negative')],
            },
        ),
        migrations.AddIndex(
            model_name='invoice',
            index=models.Index(fields=['-issued_at', '-id'], name='invoice_newest_first'),
        ),
        migrations.AddConstraint(
            model_name='invoice',
            constraint=models.UniqueConstraint(fields=('series', 'position'), name='invoice_position_unique'),
        ),
        migrations.AddConstraint(
            model_name='invoice',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('fulfilment__isnull', False), ('kind', 'invoice'), ('refund__isnull', True)), models.Q(('fulfilment__isnull', True), ('kind', 'credit_note'), ('refund__isnull', False)), _connector='OR'), name='invoice_of_a_parcel_or_a_refund'),
        ),
        migrations.AddConstraint(
            model_name='invoice',
            constraint=models.CheckConstraint(condition=models.Q(('gross_minor', django.db.models.expressions.CombinedExpression(models.F('net_minor'), '+', models.F('tax_minor'))), ('net_minor__gte', 0), ('tax_minor__gte', 0)), name='invoice_sums_agree'),
        ),
        append_only(table="order_invoice"),
        append_only(table="order_invoiceline"),
        append_only(table="order_invoicefile"),
    ]
