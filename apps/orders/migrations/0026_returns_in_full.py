"""Excepted goods on order lines; reasons, places, outcomes and deductions of returns."""

import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('order', '0025_capture'),
        ('partner', '0006_takes_returns'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='returnline',
            name='return_line_whole_or_open',
        ),
        migrations.AddField(
            model_name='line',
            name='withdrawal_exception',
            field=models.CharField(blank=True, choices=[('made_to_measure', 'Made to your wishes'), ('perishable', 'Spoils quickly'), ('hygiene', 'Sealed for hygiene or health'), ('recording', 'Sealed recording or software')], db_default='', max_length=16, verbose_name='exception from the right to withdraw'),
        ),
        migrations.AddField(
            model_name='refundline',
            name='deducted_minor',
            field=models.BigIntegerField(db_default=0, default=0, verbose_name='deducted in minor units'),
        ),
        migrations.AddField(
            model_name='return',
            name='drop_off',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partner.location', verbose_name='brought back to'),
        ),
        migrations.AddField(
            model_name='returnline',
            name='reason',
            field=models.CharField(blank=True, choices=[('changed_mind', 'I no longer want it'), ('too_small', 'Too small'), ('too_large', 'Too large'), ('not_as_shown', 'Not as shown'), ('faulty', 'Broken or faulty'), ('wrong_item', 'Not what I ordered'), ('late', 'Came too late')], db_default='', max_length=12, verbose_name='reason'),
        ),
        migrations.AddField(
            model_name='returnline',
            name='refurbish',
            field=models.PositiveIntegerField(db_default=0, default=0, verbose_name='accepted, to be made good'),
        ),
        migrations.AddConstraint(
            model_name='refundline',
            constraint=models.CheckConstraint(condition=models.Q(('deducted_minor__gte', 0)), name='refund_line_deduction_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='returnline',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('damaged', 0), ('refurbish', 0), ('refused', 0), ('sellable', 0), ('unsent', 0)), ('quantity', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('sellable'), '+', models.F('refurbish')), '+', models.F('damaged')), '+', models.F('refused')), '+', models.F('unsent'))), _connector='OR'), name='return_line_whole_or_open'),
        ),
    ]
