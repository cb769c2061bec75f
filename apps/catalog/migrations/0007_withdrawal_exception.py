"""Goods that are excepted from the right to withdraw."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalogue', '0006_publication_by_offer'),
    ]

    operations = [
        migrations.AddField(
            model_name='product',
            name='withdrawal_exception',
            field=models.CharField(blank=True, choices=[('made_to_measure', 'Made to your wishes'), ('perishable', 'Spoils quickly'), ('hygiene', 'Sealed for hygiene or health'), ('recording', 'Sealed recording or software')], db_default='', help_text='Read on the product itself, not on its variants; kept with each order it is part of.', max_length=16, verbose_name='exception from the right to withdraw'),
        ),
        migrations.AddConstraint(
            model_name='product',
            constraint=models.CheckConstraint(condition=models.Q(('withdrawal_exception__in', ['', 'made_to_measure', 'perishable', 'hygiene', 'recording'])), name='product_withdrawal_exception_known'),
        ),
    ]
