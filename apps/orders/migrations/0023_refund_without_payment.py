"""A refund's tenders say where it goes."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('order', '0022_refund_tenders'),
    ]

    operations = [
        migrations.RemoveField(
            model_name='refund',
            name='idempotency_key',
        ),
        migrations.RemoveField(
            model_name='refund',
            name='payment',
        ),
        migrations.RemoveField(
            model_name='refund',
            name='reference',
        ),
    ]
