"""Sourcing as data: rules, decisions, postcodes; the days and the capacity of locations; one count of what is free."""

import apps.inventory.models.places
import django.contrib.postgres.fields
import django.db.models.constraints
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.comparison
from django.db import migrations, models

from apps.core.append_only import append_only


class Migration(migrations.Migration):

    dependencies = [
        ('catalogue', '0006_publication_by_offer'),
        ('markets', '0003_legal_identity'),
        ('partner', '0003_stock_words_known'),
    ]

    operations = [
        migrations.CreateModel(
            name='CapacityUse',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reference', models.CharField(max_length=80, verbose_name='reference')),
                ('day', models.DateField(verbose_name='day')),
            ],
            options={
                'verbose_name': 'use of a capacity',
                'verbose_name_plural': 'uses of capacities',
            },
        ),
        migrations.CreateModel(
            name='LocationClosure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('first_day', models.DateField(verbose_name='from')),
                ('last_day', models.DateField(verbose_name='to')),
                ('reason', models.CharField(blank=True, max_length=120, verbose_name='reason')),
            ],
            options={
                'verbose_name': 'closure',
                'verbose_name_plural': 'closures',
            },
        ),
        migrations.CreateModel(
            name='LocationDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(verbose_name='day')),
                ('capacity', models.PositiveIntegerField(verbose_name='orders it can do')),
                ('taken', models.PositiveIntegerField(verbose_name='orders taken')),
            ],
            options={
                'verbose_name': 'day of a location',
                'verbose_name_plural': 'days of locations',
            },
        ),
        migrations.CreateModel(
            name='PostcodeArea',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('country', models.CharField(max_length=2, verbose_name='country')),
                ('prefix', models.CharField(max_length=12, verbose_name='postcodes that begin with')),
                ('name', models.CharField(blank=True, max_length=80, verbose_name='name')),
                ('latitude', models.DecimalField(decimal_places=5, max_digits=8, verbose_name='latitude')),
                ('longitude', models.DecimalField(decimal_places=5, max_digits=8, verbose_name='longitude')),
            ],
            options={
                'verbose_name': 'postcode area',
                'verbose_name_plural': 'postcode areas',
            },
        ),
        migrations.CreateModel(
            name='SourcingDecision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reference', models.CharField(db_index=True, max_length=80, verbose_name='reference')),
                ('cause', models.CharField(choices=[('placed', 'Order placed'), ('rejected', 'Rejected by a location'), ('again', 'Tried again')], max_length=10, verbose_name='cause')),
                ('market', models.CharField(max_length=40, verbose_name='market')),
                ('need', models.JSONField(verbose_name='asked')),
                ('rules', models.JSONField(verbose_name='rules')),
                ('trace', models.JSONField(verbose_name='steps')),
                ('plan', models.JSONField(verbose_name='parcels')),
                ('actor', models.CharField(max_length=120, verbose_name='by')),
                ('at', models.DateTimeField(verbose_name='at')),
            ],
            options={
                'verbose_name': 'sourcing decision',
                'verbose_name_plural': 'sourcing decisions',
            },
        ),
        migrations.CreateModel(
            name='SourcingRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField(verbose_name='position')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('delivery_code', models.SlugField(blank=True, help_text='Its code; empty for every method.', max_length=40, verbose_name='delivery method')),
                ('kinds', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('warehouse', 'Warehouse'), ('store', 'Store'), ('partner', 'Logistics partner')], max_length=10), blank=True, default=list, size=None, verbose_name='kinds of location')),
                ('groups', django.contrib.postgres.fields.ArrayField(base_field=models.SlugField(max_length=40), blank=True, default=list, size=None, verbose_name='groups')),
                ('max_distance_km', models.PositiveIntegerField(blank=True, null=True, verbose_name='at most so far from the delivery address, km')),
                ('max_wait_days', models.PositiveSmallIntegerField(blank=True, help_text='Calendar days; 0 is today.', null=True, verbose_name='leaves within days')),
                ('sorts', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('listed', 'As the market lists them'), ('nearest', 'Nearest to the delivery address'), ('soonest', 'Leaves soonest'), ('most_stock', 'Most units of the goods'), ('least_busy', 'Most free capacity that day')], max_length=12), blank=True, default=list, help_text='First wish first. Empty: the order in which the market lists its locations.', size=None, verbose_name='prefer')),
                ('max_parcels', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='at most so many parcels')),
                ('min_parcel_minor', models.BigIntegerField(default=0, verbose_name='goods in a parcel worth at least (minor units)')),
                ('action', models.CharField(choices=[('allocate', 'Take everything here, or ask the next rule'), ('part', 'Take what is here, ask the next rule for the rest'), ('queue', 'Leave it for a person to decide'), ('wait', 'Wait for stock')], default='allocate', max_length=10, verbose_name='action')),
                ('wait_days', models.PositiveSmallIntegerField(blank=True, help_text='For “Wait for stock” only.', null=True, verbose_name='wait so many days')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
            ],
            options={
                'verbose_name': 'sourcing rule',
                'verbose_name_plural': 'sourcing rules',
            },
        ),
        migrations.RemoveConstraint(
            model_name='reservation',
            name='reservation_unique',
        ),
        migrations.AddField(
            model_name='location',
            name='cutoff',
            field=models.TimeField(blank=True, null=True, verbose_name='ordered until, handed over the same day'),
        ),
        migrations.AddField(
            model_name='location',
            name='daily_capacity',
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name='orders a day'),
        ),
        migrations.AddField(
            model_name='location',
            name='group',
            field=models.SlugField(blank=True, db_default='', help_text='Sourcing rules can name it.', max_length=40, verbose_name='group'),
        ),
        migrations.AddField(
            model_name='location',
            name='handling_days',
            field=models.PositiveSmallIntegerField(db_default=0, default=0, verbose_name='working days to prepare'),
        ),
        migrations.AddField(
            model_name='location',
            name='partner',
            field=models.SlugField(blank=True, db_default='', help_text='The name of the outside system that picks and ships here, as in OUTBOUND_SYSTEMS.', max_length=40, verbose_name='logistics partner'),
        ),
        migrations.AddField(
            model_name='location',
            name='paused_until',
            field=models.DateTimeField(blank=True, null=True, verbose_name='paused until'),
        ),
        migrations.AddField(
            model_name='location',
            name='share_percent',
            field=models.PositiveSmallIntegerField(db_default=100, default=100, help_text='Of each SKU on hand, what the web may be promised at most.', verbose_name='share for the web, percent'),
        ),
        migrations.AddField(
            model_name='location',
            name='ships_on',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.PositiveSmallIntegerField(), db_default=[0, 1, 2, 3, 4], default=apps.inventory.models.places.working_week, help_text='Days of the week, 0 is Monday.', size=None, verbose_name='hands over on'),
        ),
        migrations.AddField(
            model_name='reservation',
            name='ships_on',
            field=models.DateField(blank=True, null=True, verbose_name='leaves on'),
        ),
        migrations.AddField(
            model_name='stocklevel',
            name='share_percent',
            field=models.PositiveSmallIntegerField(db_default=100, default=100, verbose_name='share for the web, percent'),
        ),
        migrations.AlterField(
            model_name='location',
            name='kind',
            field=models.CharField(choices=[('warehouse', 'Warehouse'), ('store', 'Store'), ('partner', 'Logistics partner')], max_length=10, verbose_name='kind'),
        ),
        migrations.AddIndex(
            model_name='reservation',
            index=models.Index(fields=['reference'], name='reservation_by_reference'),
        ),
        migrations.AddConstraint(
            model_name='location',
            constraint=models.CheckConstraint(condition=models.Q(('share_percent__lte', 100)), name='location_share_is_a_share'),
        ),
        migrations.AddConstraint(
            model_name='location',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['warehouse', 'store', 'partner'])), name='location_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='location',
            constraint=models.CheckConstraint(condition=models.Q(('daily_capacity__isnull', True), ('daily_capacity__gte', 1), _connector='OR'), name='location_capacity_positive'),
        ),
        migrations.AddConstraint(
            model_name='location',
            constraint=models.CheckConstraint(condition=models.Q(('partner', ''), ('kind', 'partner'), _connector='OR'), name='location_partner_is_one'),
        ),
        migrations.AddConstraint(
            model_name='reservation',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'held')), fields=('reference', 'level'), name='reservation_held_once'),
        ),
        migrations.AddConstraint(
            model_name='stocklevel',
            constraint=models.CheckConstraint(condition=models.Q(('share_percent__lte', 100)), name='stock_level_share_is_a_share'),
        ),
        migrations.AddField(
            model_name='capacityuse',
            name='location',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partner.location', verbose_name='location'),
        ),
        migrations.AddField(
            model_name='locationclosure',
            name='location',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='closures', to='partner.location', verbose_name='location'),
        ),
        migrations.AddField(
            model_name='locationday',
            name='location',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partner.location', verbose_name='location'),
        ),
        migrations.AddConstraint(
            model_name='postcodearea',
            constraint=models.UniqueConstraint(fields=('country', 'prefix'), name='postcode_area_unique'),
        ),
        migrations.AddConstraint(
            model_name='postcodearea',
            constraint=models.CheckConstraint(condition=models.Q(('latitude__gte', -90), ('latitude__lte', 90), ('longitude__gte', -180), ('longitude__lte', 180)), name='postcode_area_on_earth'),
        ),
        migrations.AddIndex(
            model_name='sourcingdecision',
            index=models.Index(fields=['market', '-at'], name='sourcing_decision_by_market'),
        ),
        migrations.AddConstraint(
            model_name='sourcingdecision',
            constraint=models.CheckConstraint(condition=models.Q(('cause__in', ['placed', 'rejected', 'again'])), name='sourcing_decision_cause_known'),
        ),
        migrations.AddField(
            model_name='sourcingrule',
            name='market',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sourcing_rules', to='markets.market', verbose_name='market'),
        ),
        migrations.AddField(
            model_name='stocklevel',
            name='free',
            field=models.GeneratedField(db_persist=True, expression=django.db.models.functions.comparison.Greatest(django.db.models.expressions.CombinedExpression(django.db.models.functions.comparison.Least(django.db.models.expressions.CombinedExpression(models.F('on_hand'), '-', models.F('safety')), django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('on_hand'), '*', models.F('share_percent')), '/', models.Value(100))), '-', models.F('reserved')), 0), output_field=models.IntegerField(verbose_name='free'), verbose_name='free'),
        ),
        migrations.AddConstraint(
            model_name='capacityuse',
            constraint=models.UniqueConstraint(fields=('reference', 'location'), name='capacity_use_once_per_order'),
        ),
        migrations.AddConstraint(
            model_name='locationclosure',
            constraint=models.CheckConstraint(condition=models.Q(('last_day__gte', models.F('first_day'))), name='closure_days_forward'),
        ),
        migrations.AddConstraint(
            model_name='locationday',
            constraint=models.UniqueConstraint(fields=('location', 'day'), name='location_day_unique'),
        ),
        migrations.AddConstraint(
            model_name='sourcingrule',
            constraint=models.UniqueConstraint(deferrable=django.db.models.constraints.Deferrable['DEFERRED'], fields=('market', 'position'), name='sourcing_rule_position_unique'),
        ),
        migrations.AddConstraint(
            model_name='sourcingrule',
            constraint=models.CheckConstraint(condition=models.Q(('action__in', ['allocate', 'part', 'queue', 'wait'])), name='sourcing_rule_action_known'),
        ),
        migrations.AddConstraint(
            model_name='sourcingrule',
            constraint=models.CheckConstraint(condition=models.Q(('max_parcels__isnull', True), ('max_parcels__gte', 1), _connector='OR'), name='sourcing_rule_parcels_positive'),
        ),
        migrations.AddConstraint(
            model_name='sourcingrule',
            constraint=models.CheckConstraint(condition=models.Q(('min_parcel_minor__gte', 0)), name='sourcing_rule_value_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='sourcingrule',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('action', 'wait'), ('wait_days__isnull', False)), models.Q(models.Q(('action', 'wait'), _negated=True), ('wait_days__isnull', True)), _connector='OR'), name='sourcing_rule_waits_a_time'),
        ),
            append_only(table="partner_sourcingdecision"),
    ]
