"""The read model: everything a page needs, one row per product, market and language."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F
from django.db.models.functions import Cast, Left
from django.utils.translation import gettext_lazy as _

from apps.catalog.enums import Availability


class FacetValue(models.Model):
    """One value of one filter, as a small number that fits into arrays; names per language."""

    attribute_code = models.CharField(_("filter"), max_length=128)
    value_key = models.CharField(_("value"), max_length=200)
    labels = models.JSONField(_("names per language"), default=dict)
    attribute_labels = models.JSONField(_("names of the filter per language"), default=dict)
    swatch = models.CharField(_("colour shown"), max_length=7, blank=True)
    attribute_position = models.PositiveSmallIntegerField(_("position of the filter"), default=0)
    sort_key = models.CharField(_("order within the filter"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("filter value")
        verbose_name_plural = _("filter values")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["attribute_code", "value_key"], name="facet_value_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.attribute_code}={self.value_key}"


class Publication(models.Model):
    """A product as the shoppers of one market read it in one language. Written only by the publisher."""

    product = models.ForeignKey("catalogue.Product", models.CASCADE, related_name="publications")
    # Every index starts with the market: one of its own would only cost.
    market = models.ForeignKey("markets.Market", models.CASCADE, related_name="+", db_index=False)
    language = models.CharField(max_length=2)
    slug = models.SlugField(max_length=255, db_index=False)
    name = models.CharField(max_length=255)
    card = models.JSONField(default=dict)
    page = models.JSONField(default=dict)
    sources = models.JSONField(default=dict)
    price_minor = models.BigIntegerField()
    price_max_minor = models.BigIntegerField()
    prior_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3)
    availability = models.SmallIntegerField(choices=Availability.choices)
    category_ids = ArrayField(models.IntegerField(), default=list)
    facet_ids = ArrayField(models.IntegerField(), default=list)
    skus = ArrayField(models.CharField(max_length=64), default=list)
    search = SearchVectorField(null=True)
    words = models.TextField(default="")
    popularity = models.IntegerField(default=0)
    first_published_at = models.DateTimeField()
    published_at = models.DateTimeField()
    source_hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("publication")
        verbose_name_plural = _("publications")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["market", "language", "product"], name="publication_unique"),
            models.UniqueConstraint(fields=["market", "language", "slug"], name="publication_slug_unique"),
        ]
        indexes: ClassVar = [
            GinIndex(fields=["facet_ids"], name="publication_facets", opclasses=["gin__int_ops"]),
            GinIndex(fields=["category_ids"], name="publication_categories", opclasses=["gin__int_ops"]),
            GinIndex(fields=["search"], name="publication_search"),
            GinIndex(fields=["words"], name="publication_words", opclasses=["gin_trgm_ops"]),
            GinIndex(fields=["skus"], name="publication_skus"),
            # One per sort order: a listing walks the first page's worth of rows and stops.
            models.Index(fields=["market", "language", "-popularity", "product"], name="publication_by_popularity"),
            models.Index(fields=["market", "language", "price_minor", "product"], name="publication_by_price"),
            models.Index(fields=["market", "language", "-first_published_at", "product"], name="publication_by_age"),
            # The best offers first, and nothing else: most of what is shown is on no offer.
            models.Index(
                F("market"),
                F("language"),
                (Cast(F("prior_minor") - F("price_minor"), models.FloatField()) / F("prior_minor")).desc(),
                F("product"),
                condition=models.Q(prior_minor__isnull=False),
                name="publication_by_offer",
            ),
            # By the unaccented lower-case name, which `words` begins with: É stands beside E.
            models.Index(F("market"), F("language"), Left("words", 60), F("product"), name="publication_by_name"),
        ]

    def __str__(self) -> str:
        return f"{self.slug} [{self.language}]"


class CategoryPublication(models.Model):
    """A category as one market reads it in one language, with the number of products below it."""

    category = models.ForeignKey("catalogue.Category", models.CASCADE, related_name="publications")
    market = models.ForeignKey("markets.Market", models.CASCADE, related_name="+")
    language = models.CharField(max_length=2)
    parent = models.ForeignKey("catalogue.Category", models.CASCADE, null=True, related_name="+")
    depth = models.PositiveSmallIntegerField()
    position = models.PositiveIntegerField()
    slug = models.SlugField(max_length=255, db_index=False)
    name = models.CharField(max_length=255)
    page = models.JSONField(default=dict)
    product_count = models.PositiveIntegerField(default=0)
    published_at = models.DateTimeField()

    class Meta:
        verbose_name = _("published category")
        verbose_name_plural = _("published categories")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["market", "language", "category"], name="category_publication_unique"),
            models.UniqueConstraint(fields=["market", "language", "slug"], name="category_publication_slug_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.slug} [{self.language}]"


class FacetCount(models.Model):
    """
    How many products of a category have a filter value in a market: what a listing shows before anyone filters.

    No category means the whole shop, no value means all products. The publisher moves the figures by the difference
    it makes, so they are exact at every commit and a change of one product never counts a whole category again.
    """

    market = models.ForeignKey("markets.Market", models.CASCADE, related_name="+", db_index=False)
    language = models.CharField(max_length=2)
    category = models.ForeignKey("catalogue.Category", models.CASCADE, null=True, related_name="+")
    facet_value = models.ForeignKey(FacetValue, models.CASCADE, null=True, related_name="+")
    products = models.IntegerField()

    class Meta:
        verbose_name = _("filter count")
        verbose_name_plural = _("filter counts")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["market", "language", "category", "facet_value"],
                name="facet_count_unique",
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.category_id}/{self.facet_value_id}: {self.products}"


class PublicationDue(models.Model):
    """
    A mark: a product's publications are older than its truth.

    Marks are only added and, by the publisher that has read the truth after them, removed. A product may have several:
    a mark made while the product is being published is a row of its own, so it neither waits nor gets lost.
    """

    product = models.ForeignKey("catalogue.Product", models.CASCADE, related_name="+")
    due_since = models.DateTimeField()
    reason = models.CharField(max_length=60)

    class Meta:
        verbose_name = _("product waiting for publication")
        verbose_name_plural = _("products waiting for publication")
        indexes: ClassVar = [models.Index(fields=["due_since", "id"], name="publication_due_since")]

    def __str__(self) -> str:
        return f"{self.product_id} ({self.reason})"


class CatalogVersion(models.Model):
    """The state of something readers keep in memory (a shop's publications, the filters, a menu), as a number."""

    key = models.CharField(max_length=40, primary_key=True)
    version = models.BigIntegerField(default=1)

    class Meta:
        verbose_name = _("version of the catalogue")
        verbose_name_plural = _("versions of the catalogue")

    def __str__(self) -> str:
        return f"{self.key}: {self.version}"


class PriceBoundary(models.Model):
    """Up to when the scheduled switch of prices has looked for beginnings and ends of validity. One row."""

    seen_until = models.DateTimeField()

    class Meta:
        verbose_name = _("scheduled price switch")
        verbose_name_plural = _("scheduled price switches")

    def __str__(self) -> str:
        return f"{self.seen_until}"
