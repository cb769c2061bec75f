"""How the numbers of a seller's invoices start, and what is printed on them."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('markets', '0003_legal_identity'),
    ]

    operations = [
        migrations.AddField(
            model_name='legalidentity',
            name='invoice_note',
            field=models.TextField(blank=True, help_text='Printed under the sums.', verbose_name='note on invoices'),
        ),
        migrations.AddField(
            model_name='legalidentity',
            name='invoice_prefix',
            field=models.CharField(blank=True, help_text="Capitals, digits, hyphens. Markets of one company share it. Empty for the market's code.", max_length=12, verbose_name='start of invoice numbers'),
        ),
        migrations.AddConstraint(
            model_name='legalidentity',
            constraint=models.CheckConstraint(condition=models.Q(('invoice_prefix__regex', '^[A-Z0-9-]*$')), name='legal_identity_prefix_is_plain'),
        ),
    ]
