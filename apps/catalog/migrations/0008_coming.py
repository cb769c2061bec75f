"""Products whose goods are on their way."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalogue', '0007_withdrawal_exception'),
    ]

    operations = [
        migrations.AlterField(
            model_name='publication',
            name='availability',
            field=models.SmallIntegerField(choices=[(0, 'Sold out'), (1, 'Only a few left'), (2, 'In stock'), (3, 'In stores only'), (4, 'On its way to us')]),
        ),
    ]
