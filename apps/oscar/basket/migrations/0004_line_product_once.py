"""A basket holds a product once, and between 1 and 999 of it."""
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('basket', '0003_initial'),
        ('catalogue', '0001_initial'),
        ('partner', '0003_stock_words_known'),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='line',
            constraint=models.UniqueConstraint(fields=('basket', 'product'), name='basket_line_product_once'),
        ),
        migrations.AddConstraint(
            model_name='line',
            constraint=models.CheckConstraint(condition=models.Q(('quantity__gte', 1), ('quantity__lte', 999)), name='basket_line_quantity_in_range'),
        ),
    ]
