"""How long goods may be given back: by market, by category, and as promised with each line."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('order', '0035_kits'),
    ]

    operations = [
        migrations.AddField(
            model_name='line',
            name='withdrawal_days',
            field=models.PositiveSmallIntegerField(db_default=14, default=14, help_text='From the last parcel, as promised when it was bought.', verbose_name='may be given back for (days)'),
        ),
    ]
