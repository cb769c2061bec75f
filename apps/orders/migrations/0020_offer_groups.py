"""Groups of offers that compete, add up or never come together; what an order set aside."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('offer', '0001_initial'),
        ('order', '0019_invoices'),
    ]

    operations = [
        migrations.AddField(
            model_name='order',
            name='offers_lost',
            field=models.JSONField(db_default=[], default=list, verbose_name='offers set aside'),
        ),
        migrations.CreateModel(
            name='OfferGroup',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80, unique=True, verbose_name='name')),
                ('policy', models.CharField(choices=[('best', 'The one that takes off most'), ('first', 'The first that applies'), ('accumulate', 'All of them')], default='best', max_length=10, verbose_name='given together')),
                ('bars', models.ManyToManyField(blank=True, help_text='Once one of their offers is given, those of this group are not, and the other way round.', to='order.offergroup', verbose_name='never together with')),
            ],
            options={
                'verbose_name': 'group of offers',
                'verbose_name_plural': 'groups of offers',
            },
        ),
        migrations.CreateModel(
            name='OfferStacking',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='members', to='order.offergroup', verbose_name='group')),
                ('offer', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='stacking', to='offer.conditionaloffer', verbose_name='offer')),
            ],
            options={
                'verbose_name': 'group of an offer',
                'verbose_name_plural': "groups of offers' members",
            },
        ),
        migrations.AddConstraint(
            model_name='offergroup',
            constraint=models.CheckConstraint(condition=models.Q(('policy__in', ['best', 'first', 'accumulate'])), name='offer_group_policy_known'),
        ),
    ]
