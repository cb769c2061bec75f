"""What reconciliations found; a hold needs no market of its own."""

from django.db import migrations, models

from apps.core.append_only import append_only


class Migration(migrations.Migration):

    dependencies = [
        ('order', '0026_returns_in_full'),
    ]

    operations = [
        migrations.RemoveField(
            model_name='stockhold',
            name='market',
        ),
        migrations.CreateModel(
            name='Reconciliation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(verbose_name='at')),
                ('asked', models.PositiveIntegerField(verbose_name='payments asked about')),
                ('differences', models.JSONField(default=list, verbose_name='differences closed')),
                ('unreachable', models.JSONField(default=dict, verbose_name='did not answer')),
            ],
            options={
                'verbose_name': 'reconciliation',
                'verbose_name_plural': 'reconciliations',
                'indexes': [models.Index(fields=['-at', '-id'], name='reconciliation_newest_first')],
            },
        ),
        append_only(table="order_reconciliation"),
    ]
