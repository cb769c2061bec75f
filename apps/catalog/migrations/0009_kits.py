"""Kits: what products are made of that are sold together."""

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalogue', '0008_coming'),
    ]

    operations = [
        migrations.CreateModel(
            name='KitComponent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('quantity', models.PositiveSmallIntegerField(default=1, verbose_name='units in one kit')),
                ('share', models.PositiveSmallIntegerField(blank=True, help_text='A number for each component, or for none: then their own prices say it.', null=True, validators=[django.core.validators.MaxValueValidator(10000)], verbose_name='share of the price')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='position')),
                ('kit', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='components', to='catalogue.product', verbose_name='kit')),
                ('product', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='in_kits', to='catalogue.product', verbose_name='product')),
            ],
            options={
                'verbose_name': 'component of a kit',
                'verbose_name_plural': 'components of kits',
                'constraints': [models.UniqueConstraint(fields=('kit', 'product'), name='kit_component_unique'), models.CheckConstraint(condition=models.Q(('kit', models.F('product')), _negated=True), name='kit_component_not_itself'), models.CheckConstraint(condition=models.Q(('quantity__gte', 1), ('quantity__lte', 99)), name='kit_component_quantity_in_range')],
            },
        ),
    ]
