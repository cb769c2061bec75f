"""An order's history only grows, and the countries the markets deliver to exist."""

from django.db import migrations

from apps.core.append_only import append_only

_COUNTRIES = """
INSERT INTO address_country (iso_3166_1_a2, iso_3166_1_a3, iso_3166_1_numeric, printable_name, name, display_order,
                             is_shipping_country)
VALUES ('FR', 'FRA', '250', 'France', 'French Republic', 0, true),
       ('BE', 'BEL', '056', 'Belgium', 'Kingdom of Belgium', 0, true),
       ('DE', 'DEU', '276', 'Germany', 'Federal Republic of Germany', 0, true),
       ('GB', 'GBR', '826', 'United Kingdom', 'United Kingdom of Great Britain and Northern Ireland', 0, true)
    ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = [("order", "0002_offers_vouchers_holidays"), ("address", "0002_initial")]

    operations = [
        append_only(table="order_transition"),
        migrations.RunSQL(_COUNTRIES, migrations.RunSQL.noop),
    ]
