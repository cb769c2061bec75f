"""The words of a return that ended without goods."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('order', '0038_delivery_regions'),
    ]

    operations = [
        migrations.AlterField(
            model_name='return',
            name='state',
            field=models.CharField(choices=[('declared', 'Goods awaited'), ('refund_due', 'To be refunded'), ('refunded', 'Refunded'), ('refused', 'Refused'), ('cancelled', 'Closed, no goods awaited'), ('not_sent', 'Order cancelled before it left')], default='declared', max_length=12, verbose_name='state'),
        ),
    ]
