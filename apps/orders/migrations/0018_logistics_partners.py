"""Messages of logistics partners."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('order', '0017_fulfilment_by_rule'),
    ]

    operations = [
        migrations.CreateModel(
            name='PartnerNotice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('system', models.CharField(max_length=40, verbose_name='partner')),
                ('event_id', models.CharField(max_length=80, verbose_name='event id')),
                ('kind', models.CharField(max_length=20, verbose_name='kind')),
                ('body', models.JSONField(default=dict, verbose_name='body')),
                ('outcome', models.CharField(choices=[('applied', 'Done'), ('known', 'Known already'), ('repeated', 'The same message again'), ('unknown_order', 'No such order'), ('too_late', 'Left although it was cancelled'), ('refused', 'Cannot be true')], max_length=16, verbose_name='outcome')),
                ('received_at', models.DateTimeField(verbose_name='received')),
                ('fulfilment', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='notices', to='order.fulfilment', verbose_name='fulfilment')),
            ],
            options={
                'verbose_name': "logistics partner's message",
                'verbose_name_plural': "logistics partners' messages",
                'constraints': [models.UniqueConstraint(fields=('system', 'event_id'), name='partner_notice_unique'), models.CheckConstraint(condition=models.Q(('outcome__in', ['applied', 'known', 'repeated', 'unknown_order', 'too_late', 'refused'])), name='partner_notice_outcome_known')],
            },
        ),
    ]
