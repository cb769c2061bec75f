"""The stock ledger only grows."""

from django.db import migrations

from apps.core.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("partner", "0001_initial")]

    operations = [append_only(table="partner_stockmovement")]
