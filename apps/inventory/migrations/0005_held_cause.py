"""Goods are sourced for a checkout too."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('partner', '0004_sourcing'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='sourcingdecision',
            name='sourcing_decision_cause_known',
        ),
        migrations.AlterField(
            model_name='sourcingdecision',
            name='cause',
            field=models.CharField(choices=[('placed', 'Order placed'), ('rejected', 'Rejected by a location'), ('again', 'Tried again'), ('held', 'Kept for a checkout')], max_length=10, verbose_name='cause'),
        ),
        migrations.AddConstraint(
            model_name='sourcingdecision',
            constraint=models.CheckConstraint(condition=models.Q(('cause__in', ['placed', 'rejected', 'again', 'held'])), name='sourcing_decision_cause_known'),
        ),
    ]
