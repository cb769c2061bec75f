"""Extensions and search configurations the schema relies on. All are trusted: a database owner may create them."""

from django.contrib.postgres.operations import CreateExtension
from django.db import migrations

# Accents are dropped before stemming, so that "randonnees" finds "randonnée"; Oscar knows nothing of this.
CONFIGURATIONS = {"fr": "french", "en": "english", "de": "german", "nl": "dutch"}


def _create(language: str, base: str) -> str:
    return (
        f"CREATE TEXT SEARCH CONFIGURATION shop_{language} (COPY = pg_catalog.{base});"
        f"ALTER TEXT SEARCH CONFIGURATION shop_{language}"
        f" ALTER MAPPING FOR hword, hword_part, word WITH unaccent, {base}_stem;"
    )


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        CreateExtension("pg_trgm"),
        CreateExtension("unaccent"),
        CreateExtension("btree_gist"),
        CreateExtension("btree_gin"),
        CreateExtension("intarray"),
        *[
            migrations.RunSQL(_create(language, base), f"DROP TEXT SEARCH CONFIGURATION shop_{language};")
            for language, base in CONFIGURATIONS.items()
        ],
    ]
