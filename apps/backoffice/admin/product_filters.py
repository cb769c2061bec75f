"""The filters of the list of products: what is missing, where it is shown, what is left."""

from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from apps.catalog.models import Price, Product, ProductContent, ProductMedia, Publication
from apps.inventory.models import StockLevel
from apps.markets.queries import all_shops, snapshot

# A product's own rows and those of its variants: the list shows variants through their parents.
FAMILY = Q(product_id=OuterRef("pk")) | Q(product__parent_id=OuterRef("pk"))


class MissingLanguageFilter(admin.SimpleListFilter):
    """Products without a name in a language."""

    title = gettext_lazy("missing language")
    parameter_name = "missing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(code, code) for code in sorted({shop.language for shop in all_shops()})]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Product]) -> QuerySet[Product]:
        if not self.value():
            return queryset
        named = ProductContent.objects.filter(product_id=OuterRef("pk"), language=self.value(), market=None).exclude(
            name=""
        )
        return queryset.filter(~Exists(named))


class SoldOutFilter(admin.SimpleListFilter):
    """Products of which nothing is left anywhere."""

    title = gettext_lazy("stock")
    parameter_name = "stock"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("out", gettext_lazy("Sold out")), ("in", gettext_lazy("In stock"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Product]) -> QuerySet[Product]:
        if self.value() not in {"out", "in"}:
            return queryset
        left = StockLevel.objects.filter(FAMILY, free__gt=0)
        return queryset.filter(Exists(left) if self.value() == "in" else ~Exists(left))


class PublishedFilter(admin.SimpleListFilter):
    """Products that a market's shops show, or that no shop shows."""

    title = gettext_lazy("in the shops")
    parameter_name = "shown"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("nowhere", gettext_lazy("Nowhere")), *((code, code) for code in snapshot().markets)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Product]) -> QuerySet[Product]:
        if not self.value():
            return queryset
        pages = Publication.objects.filter(product_id=OuterRef("pk"))
        if self.value() == "nowhere":
            return queryset.filter(~Exists(pages))
        market = snapshot().markets.get(self.value() or "")
        return queryset.filter(Exists(pages.filter(market_id=market.id))) if market else queryset.none()


class PictureFilter(admin.SimpleListFilter):
    """Products without any picture, theirs or a variant's."""

    title = gettext_lazy("pictures")
    parameter_name = "pictures"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("none", gettext_lazy("Without picture"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Product]) -> QuerySet[Product]:
        if self.value() != "none":
            return queryset
        return queryset.filter(~Exists(ProductMedia.objects.filter(FAMILY)))


class PriceFilter(admin.SimpleListFilter):
    """Products without any price, theirs or a variant's."""

    title = gettext_lazy("prices")
    parameter_name = "prices"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("none", gettext_lazy("Without price"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Product]) -> QuerySet[Product]:
        if self.value() != "none":
            return queryset
        return queryset.filter(~Exists(Price.objects.filter(FAMILY)))
