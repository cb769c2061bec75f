"""Goods on their way to a location, as places of their own."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('partner', '0006_takes_returns'),
    ]

    operations = [
        migrations.CreateModel(
            name='Inbound',
            fields=[
            ],
            options={
                'verbose_name': 'goods on their way',
                'verbose_name_plural': 'goods on their way',
                'proxy': True,
                'indexes': [],
                'constraints': [],
            },
            bases=('partner.location',),
        ),
        migrations.RemoveConstraint(
            model_name='location',
            name='location_kind_known',
        ),
        migrations.RemoveConstraint(
            model_name='stockmovement',
            name='stock_movement_kind_known',
        ),
        migrations.AddField(
            model_name='location',
            name='arrives_at',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='inbound', to='partner.location', verbose_name='arrives at'),
        ),
        migrations.AddField(
            model_name='location',
            name='expected_on',
            field=models.DateField(blank=True, null=True, verbose_name='expected on'),
        ),
        migrations.AlterField(
            model_name='location',
            name='kind',
            field=models.CharField(choices=[('warehouse', 'Warehouse'), ('store', 'Store'), ('partner', 'Logistics partner'), ('inbound', 'Goods on their way')], max_length=10, verbose_name='kind'),
        ),
        migrations.AlterField(
            model_name='stockmovement',
            name='kind',
            field=models.CharField(choices=[('receive', 'Received'), ('reserve', 'Reserved for an order'), ('release', 'Reservation given back'), ('ship', 'Shipped'), ('return', 'Returned'), ('count', 'Counted'), ('correct', 'Corrected'), ('transfer_out', 'Sent to another location'), ('transfer_in', 'Received from another location'), ('announce', 'Announced'), ('arrive', 'Arrived')], max_length=12, verbose_name='kind'),
        ),
        migrations.AddConstraint(
            model_name='location',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['warehouse', 'store', 'partner', 'inbound'])), name='location_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='location',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('arrives_at__isnull', False), ('expected_on__isnull', False), ('kind', 'inbound')), models.Q(models.Q(('kind', 'inbound'), _negated=True), ('arrives_at__isnull', True), ('expected_on__isnull', True)), _connector='OR'), name='location_inbound_has_place_and_day'),
        ),
        migrations.AddConstraint(
            model_name='stockmovement',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['receive', 'reserve', 'release', 'ship', 'return', 'count', 'correct', 'transfer_out', 'transfer_in', 'announce', 'arrive'])), name='stock_movement_kind_known'),
        ),
    ]
