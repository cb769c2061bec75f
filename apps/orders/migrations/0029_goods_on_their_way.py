"""Fulfilments of goods that are on their way, and goods that do not come."""

from django.db import migrations, models

from apps.orders.legal_moves import install


class Migration(migrations.Migration):

    dependencies = [
        ('order', '0028_disputes'),
        ('partner', '0007_inbound'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='fulfilment',
            name='fulfilment_state_known',
        ),
        migrations.RemoveConstraint(
            model_name='rejection',
            name='rejection_reason_known',
        ),
        migrations.AlterField(
            model_name='fulfilment',
            name='state',
            field=models.CharField(choices=[('waiting', 'Waiting for goods'), ('expected', 'Goods on their way to us'), ('new', 'To be picked'), ('picked', 'Picked'), ('packed', 'Packed'), ('shipped', 'Shipped'), ('delivered', 'Delivered'), ('rejected', 'Rejected by the location'), ('replaced', 'Replaced by others'), ('cancelled', 'Cancelled')], default='new', max_length=10, verbose_name='state'),
        ),
        migrations.AlterField(
            model_name='rejection',
            name='reason',
            field=models.CharField(choices=[('not_found', 'Not found on the shelf'), ('sold', 'Sold at the counter meanwhile'), ('damaged', 'Damaged, not to be sold'), ('no_time', 'No time to prepare it'), ('closed', 'The location is closed'), ('not_coming', 'The goods do not come')], max_length=12, verbose_name='reason'),
        ),
        migrations.AddConstraint(
            model_name='fulfilment',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'expected', 'new', 'picked', 'packed', 'shipped', 'delivered', 'rejected', 'replaced', 'cancelled'])), name='fulfilment_state_known'),
        ),
        migrations.AddConstraint(
            model_name='rejection',
            constraint=models.CheckConstraint(condition=models.Q(('reason__in', ['not_found', 'sold', 'damaged', 'no_time', 'closed', 'not_coming'])), name='rejection_reason_known'),
        ),
        migrations.RunSQL(install(tables=["order_fulfilment"]), migrations.RunSQL.noop),
    ]
