"""When a market charges the cards of its shoppers."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('markets', '0005_hold_minutes'),
    ]

    operations = [
        migrations.AddField(
            model_name='market',
            name='capture',
            field=models.CharField(choices=[('at_once', 'With the order'), ('at_shipment', 'With each parcel that leaves')], db_default='at_once', default='at_once', help_text='Holds for new orders and for providers that can set an amount aside; transfers are paid at once.', max_length=20, verbose_name='cards are charged'),
        ),
    ]
