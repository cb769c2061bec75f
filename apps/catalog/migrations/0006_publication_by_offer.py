"""An index of what is on offer, best first, so that a row of offers does not read all publications."""

from django.db import migrations, models
from django.db.models.functions import Cast


class Migration(migrations.Migration):

    dependencies = [
        ("catalogue", "0005_facts_without_value_indexes"),
        ("markets", "0002_initial"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="publication",
            index=models.Index(
                models.F("market"),
                models.F("language"),
                (Cast(models.F("prior_minor") - models.F("price_minor"), models.FloatField()) / models.F("prior_minor")).desc(),
                models.F("product"),
                condition=models.Q(prior_minor__isnull=False),
                name="publication_by_offer",
            ),
        ),
    ]
