"""What of each table a member of staff limited to brands or markets may see; what lies beyond is a 404."""

from collections.abc import Callable
from typing import Any

from django.db.models import Exists, ForeignKey, OuterRef, Q, QuerySet
from django.http import HttpRequest

from apps.accounts.queries import Reach, reach_of
from apps.catalog.models import PriceList, ProductBrand
from apps.markets.context import BrandInfo, MarketInfo
from apps.markets.models import Brand, Market
from apps.markets.queries import snapshot
from apps.orders.models import OfferMarket, Order

Rule = Callable[[Reach], Q]


def _market(path: str) -> Rule:
    return lambda reach: Q(**{f"{path}__in": reach.market_ids})


def _brand(path: str) -> Rule:
    return lambda reach: Q(**{f"{path}__in": reach.brand_ids})


def _product(own: str, parent: str) -> Rule:
    """Products of their brands; a variant stands with its parent."""

    def rule(reach: Reach) -> Q:
        mine = ProductBrand.objects.filter(brand_id__in=reach.brand_ids or ())
        return Q(Exists(mine.filter(product_id=OuterRef(own)))) | Q(Exists(mine.filter(product_id=OuterRef(parent))))

    return rule


def _shoppers(reach: Reach) -> Q:
    """People who ordered in their markets."""
    orders = Order.objects.filter(market_id__in=reach.market_ids or (), user_id=OuterRef("pk"))
    return Q(Exists(orders))


def _imports(reach: Reach) -> Q:
    return Q(brand_code__in=Brand.objects.filter(pk__in=reach.brand_ids or ()).values("code"))


def _lists(path: str) -> Rule:
    """Price lists of any of their markets."""
    return lambda reach: Q(**{f"{path}__in": PriceList.objects.filter(markets__in=reach.market_ids or ()).values("pk")})


def _offers(path: str) -> Rule:
    """Offers for one of their markets, or for all markets."""

    def rule(reach: Reach) -> Q:
        links = OfferMarket.objects.filter(offer_id=OuterRef(path))
        return ~Q(Exists(links)) | Q(Exists(links.filter(market_id__in=reach.market_ids or ())))

    return rule


def _texts(reach: Reach) -> Q:
    """Texts for all markets and those for theirs."""
    return Q(market=None) | Q(market_id__in=reach.market_ids)


def _decisions(reach: Reach) -> Q:
    """A decision names its market by code: it outlives the market's row."""
    return Q(market__in=Market.objects.filter(pk__in=reach.market_ids or ()).values("code"))


def _nothing(_reach: Reach) -> Q:
    """Screens of those who keep the group's machines and warehouses: their rows tell of every market."""
    return Q(pk__in=())


RULES: dict[str, Rule] = {
    "core.auditevent": _nothing,
    "core.booksproof": _nothing,
    "core.idempotencyrecord": _nothing,
    "core.outboxdelivery": _nothing,
    "core.outboxevent": _nothing,
    "order.order": _market("market_id"),
    "order.payment": _market("order__market_id"),
    "order.paymentdispute": _market("payment__order__market_id"),
    "order.paymentnotice": _market("payment__order__market_id"),
    "order.fulfilment": _market("order__market_id"),
    "order.partnernotice": _market("fulfilment__order__market_id"),
    "order.invoice": _market("order__market_id"),
    "order.creditaccount": _brand("brand_id"),
    "order.return": _market("order__market_id"),
    "order.maillog": _market("order__market_id"),
    "order.deliverymethod": _market("market_id"),
    "markets.market": _market("pk"),
    "markets.brand": _brand("pk"),
    "catalogue.product": _product("pk", "parent_id"),
    "catalogue.productbrand": _brand("brand_id"),
    "catalogue.productcontent": _texts,
    "catalogue.categorycontent": _texts,
    "catalogue.pricelist": _lists("pk"),
    "catalogue.price": _lists("price_list_id"),
    "offer.conditionaloffer": _offers("pk"),
    "order.offermarket": _market("market_id"),
    "order.offerstacking": _offers("offer_id"),
    "catalogue.publicationdue": _product("product_id", "product__parent_id"),
    "catalogue.importjob": _imports,
    "partner.sourcingrule": _market("market_id"),
    "partner.sourcingdecision": lambda reach: Q(
        market__in=Market.objects.filter(pk__in=reach.market_ids or ()).values("code")
    ),
    "partner.inbound": _nothing,
    "partner.stocklevel": _product("product_id", "product__parent_id"),
    "partner.stockmovement": _product("level__product_id", "level__product__parent_id"),
    "storefront.contentblock": _brand("brand_id"),
    "storefront.staticpage": _brand("brand_id"),
    "customer.user": _shoppers,
}


GROUP_WIDE: dict[str, str] = {
    "auth.group": "names and rights, no rows of a market",
    "catalogue.attributeoptiongroup": "facts of goods are one truth for the group",
    "catalogue.category": "the tree is shared; its texts are limited",
    "catalogue.productclass": "facts of goods are one truth for the group",
    "core.heartbeat": "whether beat and worker live concerns everybody",
    "media.asset": "pictures are shared by all brands",
    "offer.benefit": "part of an offer, which is limited",
    "offer.condition": "part of an offer, which is limited",
    "offer.range": "a set of products, which are limited",
    "order.deliveryholiday": "public holidays of countries",
    "order.offergroup": "says which offers go together, in every market they are for",
    "order.reconciliation": "whether providers answer concerns everybody who keeps the shop open",
    "partner.location": "warehouses and stores serve several brands",
    "partner.locationclosure": "part of a location",
    "partner.postcodearea": "where places lie is the same for all",
    "voucher.voucher": "a code is unique in the group: who makes one must see those taken",
}
"""Tables whose rows belong to the group, and why; every other table of the back office needs a rule."""


def scoped(request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Return the rows within the person's limits; all for a person without limits, or of a table without a rule."""
    reach = reach_of(user=request.user)
    rule = RULES.get(rows.model._meta.label_lower)  # noqa: SLF001 -- Django's own way
    return rows.filter(rule(reach)) if rule and reach.is_limited else rows


class ScopedRows:
    """A screen, or a list within one, that shows and offers what is within a person's limits."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the rows the person may see: in list, page, search, export and count."""
        return scoped(request, super().get_queryset(request))  # type: ignore[misc] # an admin follows

    def formfield_for_foreignkey(
        self,
        db_field: ForeignKey[Any, Any],
        request: HttpRequest,
        **kwargs: Any,  # noqa: ANN401 -- Django's
    ) -> Any:  # noqa: ANN401 -- Django's
        """Offer, and take, only what is within the limits: a forged choice is an error of the form."""
        if "queryset" not in kwargs:
            related = db_field.remote_field.model
            ordered = self.get_field_queryset(kwargs.get("using"), db_field, request)  # type: ignore[attr-defined] # as above
            rows = related._default_manager.all() if ordered is None else ordered  # noqa: SLF001 -- Django's own way
            kwargs["queryset"] = scoped(request, rows)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc] # as above


class ChangedByAll:
    """A screen, or a list within one, that limited staff read: what it says holds beyond their limits too."""

    def has_add_permission(self, request: HttpRequest, *about: object) -> bool:
        """Tell whether the person may add, and sees all it would hold for."""
        return _sees_all(request) and bool(super().has_add_permission(request, *about))  # type: ignore[misc] # an admin follows

    def has_change_permission(self, request: HttpRequest, *about: object, **named: object) -> bool:
        """Tell whether the person may change, and sees all it holds for."""
        return _sees_all(request) and bool(super().has_change_permission(request, *about, **named))  # type: ignore[misc] # as above

    def has_delete_permission(self, request: HttpRequest, *about: object, **named: object) -> bool:
        """Tell whether the person may delete, and sees all it holds for."""
        return _sees_all(request) and bool(super().has_delete_permission(request, *about, **named))  # type: ignore[misc] # as above


def _sees_all(request: HttpRequest) -> bool:
    return not reach_of(user=request.user).is_limited


def whole_brands(request: HttpRequest) -> list[BrandInfo]:
    """Return the brands all of whose markets the person sees."""
    found = snapshot()
    seen = reach_of(user=request.user).market_ids
    beyond = {market.brand.id for market in found.markets.values() if seen is not None and market.id not in seen}
    return [brand for brand in found.brands if brand.id not in beyond]


def markets_in_reach(request: HttpRequest) -> list[MarketInfo]:
    """Return the markets the person sees, in the shop's order."""
    seen = reach_of(user=request.user).market_ids
    return [market for market in snapshot().markets.values() if seen is None or market.id in seen]
