"""Photos of goods that come back."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('order', '0033_on_account'),
    ]

    operations = [
        migrations.CreateModel(
            name='ReturnPhoto',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField(verbose_name='position')),
                ('content', models.BinaryField(verbose_name='content')),
                ('sha256', models.CharField(max_length=64, verbose_name='SHA-256')),
                ('width', models.PositiveSmallIntegerField(verbose_name='width')),
                ('height', models.PositiveSmallIntegerField(verbose_name='height')),
                ('added_at', models.DateTimeField(verbose_name='added')),
                ('parent', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='photos', to='order.return', verbose_name='return')),
            ],
            options={
                'verbose_name': 'photo of a return',
                'verbose_name_plural': 'photos of returns',
                'constraints': [models.UniqueConstraint(fields=('parent', 'position'), name='return_photo_position_unique'), models.UniqueConstraint(fields=('parent', 'sha256'), name='return_photo_once')],
            },
        ),
    ]
