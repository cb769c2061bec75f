"""How much one order may be for: by market, by product, and from which age on."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('order', '0036_withdrawal_days'),
    ]

    operations = [
        migrations.AddField(
            model_name='order',
            name='confirmed_age',
            field=models.PositiveSmallIntegerField(blank=True, help_text='Where goods of the order are sold from an age on.', null=True, verbose_name='age the shopper confirmed (years)'),
        ),
    ]
