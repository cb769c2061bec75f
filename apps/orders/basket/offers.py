"""
Oscar's offers, applied with Oscar's own arithmetic but without its queries.

The open offers of the house are few and read once per process for a few seconds; which products of a basket are in
which range is one statement; conditions and benefits are Oscar's classes working on basket lines that are never saved.
A basket that no offer can touch costs nothing here. Limits are only looked at; placement takes them.
"""

import copy
import threading
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import connection
from oscar.apps.offer.results import OfferApplications
from oscar.core.loading import get_model

from apps.catalog.models import Product
from apps.core.money import Money, total
from apps.inventory.models import StockRecord  # type: ignore[attr-defined] # Oscar's, through its star import
from apps.markets.context import MarketInfo
from apps.orders.basket.rows import VoucherRow
from apps.orders.basket.shortfall import Shortfall, short_of
from apps.orders.models import OfferMarket

OFFERS_TTL_S = 5.0

_MONEY_BENEFITS = {"Absolute", "Fixed", "Fixed price", "Shipping absolute", "Shipping fixed price"}

_RANGE_MEMBERS = """
WITH item AS (
  SELECT product.id, coalesce(product.parent_id, product.id) AS root_id, product.is_discountable,
         coalesce(product.product_class_id, parent.product_class_id) AS class_id
    FROM catalogue_product product LEFT JOIN catalogue_product parent ON parent.id = product.parent_id
   WHERE product.id = ANY(%(products)s)
), placed AS (
  SELECT item.id AS product_id, category.path
    FROM item
    JOIN catalogue_productcategory link ON link.product_id IN (item.id, item.root_id)
    JOIN catalogue_category category ON category.id = link.category_id
)
SELECT item.id, item.is_discountable, array_remove(array_agg(span.id), NULL)
  FROM item
  LEFT JOIN offer_range span ON span.id = ANY(%(ranges)s)
   AND NOT EXISTS (SELECT FROM offer_range_excluded_products bar
                    WHERE bar.range_id = span.id AND bar.product_id IN (item.id, item.root_id))
   AND CASE WHEN span.includes_all_products THEN NOT EXISTS (
         SELECT FROM offer_range_excluded_categories bar JOIN catalogue_category top ON top.id = bar.category_id
           JOIN placed ON placed.product_id = item.id AND placed.path LIKE top.path || '%%'
          WHERE bar.range_id = span.id)
       ELSE EXISTS (SELECT FROM offer_rangeproduct member
                     WHERE member.range_id = span.id AND member.product_id IN (item.id, item.root_id))
         OR EXISTS (SELECT FROM offer_range_classes kind
                     WHERE kind.range_id = span.id AND kind.productclass_id = item.class_id)
         OR EXISTS (SELECT FROM offer_range_included_categories part
                      JOIN catalogue_category top ON top.id = part.category_id
                      JOIN placed ON placed.product_id = item.id AND placed.path LIKE top.path || '%%'
                     WHERE part.range_id = span.id) END
 GROUP BY item.id, item.is_discountable
"""
_USES_OF_OWNER = """
SELECT used.offer_id, coalesce(sum(used.frequency), 0)
  FROM order_orderdiscount used JOIN order_order placed ON placed.id = used.order_id
 WHERE used.offer_id = ANY(%s) AND placed.user_id = %s AND placed.state NOT IN ('expired', 'cancelled')
 GROUP BY used.offer_id
"""


@dataclass(frozen=True, slots=True)
class KnownOffer:
    """An open offer, ready to be applied without asking the database."""

    row: Any
    range_ids: frozenset[int]
    market_ids: frozenset[int]

    def is_for(self, *, market: MarketInfo, at: datetime) -> bool:
        """Whether it runs now, in this market, in a currency its amounts can mean."""
        row = self.row
        if (row.start_datetime and at < row.start_datetime) or (row.end_datetime and at > row.end_datetime):
            return False
        if self.market_ids:
            return market.id in self.market_ids
        holds_money = row.benefit.type in _MONEY_BENEFITS or row.condition.type == "Value"
        return not holds_money or market.currency == settings.OSCAR_DEFAULT_CURRENCY


@dataclass(frozen=True, slots=True)
class OfferLine:
    """What the offers need to know of a basket line."""

    line_id: int
    product_id: int
    stockrecord_id: int
    quantity: int
    unit: Money


@dataclass(frozen=True, slots=True)
class Given:
    """What one offer gives: its amount per line id, or a discount on the delivery."""

    offer: Any
    times: int
    by_line: dict[int, Money] = field(default_factory=dict)
    on_delivery: bool = False

    def amount(self, *, currency: str) -> Money:
        """The sum over the lines."""
        return total(self.by_line.values(), currency=currency)

    def delivery_discount(self, *, charge: Money) -> Money:
        """What it takes off a delivery charge."""
        amount = self.offer.shipping_discount(charge.amount, charge.currency)
        return Money(Decimal(amount).quantize(Decimal("0.01")), charge.currency)


def apply_offers(
    *,
    market: MarketInfo,
    lines: Sequence[OfferLine],
    vouchers: Sequence[VoucherRow],
    owner_id: int | None,
    at: datetime,
) -> tuple[list[Given], dict[int, Shortfall]]:
    """
    Return what the offers of the market and of these vouchers give to the lines, best priority first; and by the id of
    each voucher that gives nothing, what keeps it from it, where that can be said.
    """
    candidates = _candidates(market=market, vouchers=vouchers, at=at)
    elsewhere = _elsewhere(vouchers=vouchers, candidates=candidates, at=at)
    if not candidates or not lines:
        return [], elsewhere
    members = _members(lines=lines, range_ids=frozenset().union(*(known.range_ids for known in candidates)))
    basket = _oscar_basket(lines=lines, members=members)
    used = _uses_of_owner(offers=[known.row for known in candidates], owner_id=owner_id)
    applications = OfferApplications()
    for known in candidates:
        _apply(offer=known.row, basket=basket, used=used.get(known.row.pk, 0), applications=applications)
    given = _given(applications=applications, basket=basket, currency=market.currency)
    giving = {voucher.id for each in given if (voucher := each.offer.get_voucher()) is not None}
    return given, elsewhere | _shortfalls(candidates=candidates, giving=giving, lines=lines, members=members)


def _elsewhere(
    *, vouchers: Sequence[VoucherRow], candidates: Sequence[KnownOffer], at: datetime
) -> dict[int, Shortfall]:
    """The vouchers that have offers, none of them for this market."""
    known = _open_offers()
    here = {known.row.pk for known in candidates}
    found = {}
    for voucher in vouchers:
        offers = [known[offer_id] for offer_id in voucher.offer_ids if offer_id in known]
        if offers and not here & {offer.row.pk for offer in offers}:
            found[voucher.id] = Shortfall(is_elsewhere=all(_runs(offer.row, at) for offer in offers))
    return found


def _runs(row: Any, at: datetime) -> bool:  # noqa: ANN401 -- Oscar's row
    return not ((row.start_datetime and at < row.start_datetime) or (row.end_datetime and at > row.end_datetime))


def _shortfalls(
    *,
    candidates: Sequence[KnownOffer],
    giving: Collection[int],
    lines: Sequence[OfferLine],
    members: Mapping[int, tuple[bool, frozenset[int]]],
) -> dict[int, Shortfall]:
    """What each voucher that gives nothing is short of; of several offers the nearest to applying."""
    found: dict[int, Shortfall] = {}
    for known in candidates:
        voucher = known.row.get_voucher()
        if voucher is None or voucher.id in giving:
            continue
        short = short_of(condition=known.row.condition, lines=lines, members=members)
        best = found.get(voucher.id)
        if short is not None and (best is None or short.distance < best.distance):
            found[voucher.id] = short
    return found


def forget_offers() -> None:
    """Make the next read go to the database; called after a change in this process, a lost limit and by tests."""
    _known.clear()


_known: dict[str, tuple[float, dict[int, KnownOffer]]] = {}
_lock = threading.Lock()


def _open_offers() -> dict[int, KnownOffer]:
    """Every open offer by id, at most OFFERS_TTL_S old; four statements when older, one when there are none."""
    key = str(connection.settings_dict["NAME"])
    found = _known.get(key)
    if found is not None and time.monotonic() - found[0] < OFFERS_TTL_S:
        return found[1]
    offer_model = get_model("offer", "ConditionalOffer")
    rows = list(
        offer_model.objects.filter(status=offer_model.OPEN)
        .select_related("condition", "benefit")
        .prefetch_related("combinations")
        .order_by("-priority", "id")
    )
    links = OfferMarket.objects.filter(offer__in=rows).values_list("offer_id", "market_id") if rows else []
    markets: dict[int, set[int]] = {}
    for offer_id, market_id in links:
        markets.setdefault(offer_id, set()).add(market_id)
    ranges = (
        get_model("offer", "Range").objects.in_bulk(
            {part.range_id for row in rows for part in (row.condition, row.benefit) if part.range_id}
        )
        if rows
        else {}
    )
    offers = {row.pk: _prepared(row, ranges=ranges, market_ids=frozenset(markets.get(row.pk, ()))) for row in rows}
    with _lock:
        _known[key] = (time.monotonic(), offers)
    return offers


def _prepared(row: Any, *, ranges: Mapping[int, Any], market_ids: frozenset[int]) -> KnownOffer:  # noqa: ANN401 -- Oscar has no types
    """Turn condition and benefit into the classes that compute, with ranges that know their members by the product."""
    range_ids = set()
    for name in ("condition", "benefit"):
        part = getattr(row, name).proxy()
        if part.range_id:
            part.range = ranges[part.range_id]
            # Range asks its `proxy` first; ours looks at the product at hand, so offers can be shared by threads.
            part.range.__dict__["proxy"] = _MembersOnly(range_id=part.range_id)
            range_ids.add(part.range_id)
        setattr(row, name, part)
    return KnownOffer(row=row, range_ids=frozenset(range_ids), market_ids=market_ids)


@dataclass(frozen=True, slots=True)
class _MembersOnly:
    range_id: int

    def contains_product(self, product: Any) -> bool:  # noqa: ANN401 -- Oscar's product with our mark
        return self.range_id in product.in_ranges


def _candidates(*, market: MarketInfo, vouchers: Sequence[VoucherRow], at: datetime) -> list[KnownOffer]:
    offers = _open_offers()
    by_voucher = {offer_id: voucher for voucher in reversed(vouchers) for offer_id in voucher.offer_ids}
    chosen = []
    for known in offers.values():
        voucher = by_voucher.get(known.row.pk)
        if (known.row.offer_type != "Site" and voucher is None) or not known.is_for(market=market, at=at):
            continue
        # A copy, because the voucher is written on it and the original is shared.
        row = copy.copy(known.row)
        row.set_voucher(voucher)
        chosen.append(KnownOffer(row=row, range_ids=known.range_ids, market_ids=known.market_ids))
    return chosen


def _members(*, lines: Sequence[OfferLine], range_ids: Collection[int]) -> dict[int, tuple[bool, frozenset[int]]]:
    """For each product: whether it may be discounted at all, and the ranges it is in. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_RANGE_MEMBERS, {"products": [line.product_id for line in lines], "ranges": list(range_ids)})
        return {row[0]: (row[1], frozenset(row[2])) for row in cursor.fetchall()}


def _uses_of_owner(*, offers: Sequence[Any], owner_id: int | None) -> dict[int, int]:
    limited = [offer.pk for offer in offers if offer.max_user_applications]
    if not limited or owner_id is None:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_USES_OF_OWNER, [limited, owner_id])
        return dict(cursor.fetchall())


class _UnitPrice:
    """The strategy Oscar's lines ask: the quote's unit price, as the market shows it."""

    def __init__(self, *, units: Mapping[int, Decimal]) -> None:
        self._units = units

    def fetch_for_line(self, line: Any, _stockrecord: Any = None) -> Any:  # noqa: ANN401 -- Oscar's protocol
        """Return the purchase info of a line: only its price is ever asked for."""
        return _Info(price=_Price(effective_price=self._units[line.pk]))


@dataclass(frozen=True, slots=True)
class _Price:
    effective_price: Decimal


@dataclass(frozen=True, slots=True)
class _Info:
    price: _Price


def _oscar_basket(*, lines: Sequence[OfferLine], members: Mapping[int, tuple[bool, frozenset[int]]]) -> Any:  # noqa: ANN401
    basket = get_model("basket", "Basket")(pk=1)
    line_model = get_model("basket", "Line")
    built = []
    for line in lines:
        discountable, in_ranges = members[line.product_id]
        product = Product(pk=line.product_id, is_discountable=discountable)
        product.in_ranges = in_ranges
        built.append(
            line_model(
                pk=line.line_id,
                basket=basket,
                product=product,
                stockrecord=StockRecord(pk=line.stockrecord_id),
                quantity=line.quantity,
                price_currency=line.unit.currency,
            )
        )
    basket._lines = built  # noqa: SLF001 -- Oscar's own cache; a query set would ask the database
    basket.strategy = _UnitPrice(units={line.line_id: line.unit.amount for line in lines})
    return basket


def _apply(*, offer: Any, basket: Any, used: int, applications: OfferApplications) -> None:  # noqa: ANN401 -- Oscar's rows
    """Apply one offer as often as it may: Oscar's Applicator, with the number of uses read beforehand."""
    most = offer.get_max_applications()
    if offer.max_user_applications:
        most = min(most, max(0, offer.max_user_applications - used))
    for _ in range(most):
        result = offer.apply_benefit(basket)
        if not result.is_successful:
            return
        applications.add(offer, result)
        if result.is_final:
            return


def _given(*, applications: OfferApplications, basket: Any, currency: str) -> list[Given]:  # noqa: ANN401
    """Round each offer's discount to the cent once and spread it over its lines; never below zero on a line."""
    left = {line.pk: Money(line.unit_effective_price, currency) * line.quantity for line in basket.all_lines()}
    given = []
    for application in applications:
        offer = application["offer"]
        if application["result"].affects_shipping:
            given.append(Given(offer=offer, times=application["freq"], on_delivery=True))
            continue
        weights = {
            line.pk: sum((each.amount for each in line.discounts.all() if each.offer.pk == offer.pk), Decimal(0))
            for line in basket.all_lines()
        }
        weights = {line_id: weight for line_id, weight in weights.items() if weight > 0}
        amount = Money(Decimal(application["discount"]).quantize(Decimal("0.01"), rounding="ROUND_DOWN"), currency)
        if not weights or not amount:
            continue
        shares = {}
        for line_id, share in zip(weights, amount.allocate(list(weights.values())), strict=True):
            shares[line_id] = min(share, left[line_id])
            left[line_id] -= shares[line_id]
        given.append(Given(offer=offer, times=application["freq"], by_line=shares))
    return given
