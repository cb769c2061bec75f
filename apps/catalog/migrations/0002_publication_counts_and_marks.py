"""Counts that move by differences, marks that are only added, versions for readers, and a history that only grows."""

import django.db.models.deletion
import django.db.models.functions
from django.db import migrations, models

from apps.core.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("catalogue", "0001_initial"),
        ("markets", "0002_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="CatalogVersion",
            fields=[
                ("key", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("version", models.BigIntegerField(default=1)),
            ],
            options={"verbose_name": "version of the catalogue", "verbose_name_plural": "versions of the catalogue"},
        ),
        migrations.RunSQL("CREATE SEQUENCE catalogue_version_seq;", "DROP SEQUENCE catalogue_version_seq;"),
        migrations.CreateModel(
            name="PriceBoundary",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("seen_until", models.DateTimeField()),
            ],
            options={"verbose_name": "scheduled price switch", "verbose_name_plural": "scheduled price switches"},
        ),
        migrations.RemoveConstraint(model_name="facetcount", name="facet_count_unique"),
        migrations.AlterField(
            model_name="facetcount",
            name="category",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="catalogue.category"
            ),
        ),
        migrations.AlterField(
            model_name="facetcount",
            name="facet_value",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="catalogue.facetvalue"
            ),
        ),
        migrations.AlterField(model_name="facetcount", name="products", field=models.IntegerField()),
        migrations.AddConstraint(
            model_name="facetcount",
            constraint=models.UniqueConstraint(
                fields=("market", "language", "category", "facet_value"),
                name="facet_count_unique",
                nulls_distinct=False,
            ),
        ),
        migrations.DeleteModel(name="PublicationDue"),
        migrations.CreateModel(
            name="PublicationDue",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("due_since", models.DateTimeField()),
                ("reason", models.CharField(max_length=60)),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="catalogue.product"
                    ),
                ),
            ],
            options={
                "verbose_name": "product waiting for publication",
                "verbose_name_plural": "products waiting for publication",
                "indexes": [models.Index(fields=["due_since", "id"], name="publication_due_since")],
            },
        ),
        migrations.AlterField(
            model_name="publication",
            name="market",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="markets.market"
            ),
        ),
        migrations.AddIndex(
            model_name="publication",
            index=models.Index(
                fields=["market", "language", "-popularity", "product"], name="publication_by_popularity"
            ),
        ),
        migrations.AddIndex(
            model_name="publication",
            index=models.Index(fields=["market", "language", "price_minor", "product"], name="publication_by_price"),
        ),
        migrations.AddIndex(
            model_name="publication",
            index=models.Index(
                fields=["market", "language", "-first_published_at", "product"], name="publication_by_age"
            ),
        ),
        migrations.AddIndex(
            model_name="publication",
            index=models.Index(
                models.F("market"),
                models.F("language"),
                django.db.models.functions.Left("words", 60),
                models.F("product"),
                name="publication_by_name",
            ),
        ),
        append_only(table="catalogue_pricehistory"),
    ]
