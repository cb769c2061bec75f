"""Words of movements and reservations the database knows, and the indexes behind the page that explains."""
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('partner', '0002_stock_movement_append_only'),
    ]

    operations = [
        migrations.AlterField(
            model_name='reservation',
            name='reference',
            field=models.CharField(help_text='Whom the units are promised to, as in order:<number>.', max_length=80, verbose_name='reference'),
        ),
        migrations.AddIndex(
            model_name='reservation',
            index=models.Index(condition=models.Q(('state', 'held')), fields=['level'], name='reservation_held_by_level'),
        ),
        migrations.AddIndex(
            model_name='stockmovement',
            index=models.Index(fields=['level', 'id'], name='stock_movement_by_level'),
        ),
        migrations.AddConstraint(
            model_name='reservation',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['held', 'shipped', 'released'])), name='reservation_state_known'),
        ),
        migrations.AddConstraint(
            model_name='stockmovement',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['receive', 'reserve', 'release', 'ship', 'return', 'count', 'correct', 'transfer_out', 'transfer_in'])), name='stock_movement_kind_known'),
        ),
    ]
