"""
Oscar's offers, applied with Oscar's own arithmetic but without its queries.

The open offers of the house are few and read once per process for a few seconds; which products of a basket are in
which range is one statement; conditions and benefits are Oscar's classes working on basket lines that are never saved.
A basket that no offer can touch costs nothing here. Limits are only looked at; placement takes them.
"""

import copy
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from oscar.apps.offer.results import OfferApplications
from oscar.core.loading import get_model

from apps.catalog.models import Product
from apps.core.money import Money, total
from apps.inventory.models import StockRecord  # type: ignore[attr-defined] # Oscar's, through its star import
from apps.markets.context import MarketInfo
from apps.orders.basket import stacking
from apps.orders.basket.data import Lost
from apps.orders.basket.known_offers import KnownOffer, open_offers, runs
from apps.orders.basket.rows import VoucherRow
from apps.orders.basket.shortfall import Shortfall, short_of

# Set by set, not range by range: with hundreds of ranges the difference is most of a basket's time.
_RANGE_MEMBERS = """
WITH item AS (
  SELECT product.id, coalesce(product.parent_id, product.id) AS root_id, product.is_discountable,
         coalesce(product.product_class_id, parent.product_class_id) AS class_id
    FROM catalogue_product product LEFT JOIN catalogue_product parent ON parent.id = product.parent_id
   WHERE product.id = ANY(%(products)s)
), self AS (
  SELECT id, id AS as_id FROM item UNION SELECT id, root_id FROM item
), placed AS (
  SELECT self.id, top.id AS category_id
    FROM self JOIN catalogue_productcategory link ON link.product_id = self.as_id
    JOIN catalogue_category category ON category.id = link.category_id
    JOIN catalogue_category top ON category.path LIKE top.path || '%%'
), named AS (
  SELECT self.id, member.range_id FROM self JOIN offer_rangeproduct member ON member.product_id = self.as_id
   UNION SELECT item.id, kind.range_id FROM item JOIN offer_range_classes kind ON kind.productclass_id = item.class_id
   UNION SELECT placed.id, part.range_id FROM placed
           JOIN offer_range_included_categories part ON part.category_id = placed.category_id
), found AS (
  SELECT named.id, named.range_id FROM named JOIN offer_range span ON span.id = named.range_id
   WHERE span.id = ANY(%(ranges)s) AND NOT span.includes_all_products
   UNION ALL
  SELECT item.id, span.id FROM item CROSS JOIN offer_range span
   WHERE span.id = ANY(%(ranges)s) AND span.includes_all_products
  EXCEPT
  (SELECT self.id, bar.range_id FROM self JOIN offer_range_excluded_products bar ON bar.product_id = self.as_id
    UNION ALL
   SELECT placed.id, bar.range_id FROM placed
     JOIN offer_range_excluded_categories bar ON bar.category_id = placed.category_id
     JOIN offer_range span ON span.id = bar.range_id AND span.includes_all_products)
)
SELECT item.id, item.is_discountable, array_remove(array_agg(found.range_id), NULL)
  FROM item LEFT JOIN found ON found.id = item.id
 GROUP BY item.id, item.is_discountable
"""
_USES_OF_OWNER = """
SELECT used.offer_id, coalesce(sum(used.frequency), 0)
  FROM order_orderdiscount used JOIN order_order placed ON placed.id = used.order_id
 WHERE used.offer_id = ANY(%s) AND placed.user_id = %s AND placed.state NOT IN ('expired', 'cancelled')
 GROUP BY used.offer_id
"""


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
        return Money.down(Decimal(amount), charge.currency)


@dataclass(frozen=True, slots=True)
class Outcome:
    """
    What the offers came to: given, best priority first; set aside by groups; and by the id of each voucher that gives
    nothing, what keeps it from it, where that can be said.
    """

    given: list[Given] = field(default_factory=list)
    lost: list[Lost] = field(default_factory=list)
    shortfalls: dict[int, Shortfall] = field(default_factory=dict)


def apply_offers(
    *,
    market: MarketInfo,
    lines: Sequence[OfferLine],
    vouchers: Sequence[VoucherRow],
    owner_id: int | None,
    at: datetime,
) -> Outcome:
    """Return what the offers of the market and of these vouchers give to the lines, whatever the order of the lines."""
    candidates = _candidates(market=market, vouchers=vouchers, at=at)
    elsewhere = _elsewhere(vouchers=vouchers, candidates=candidates, at=at)
    if not candidates or not lines:
        return Outcome(shortfalls=elsewhere)
    # By product: which unit gets a discount, and who the last cent, must not hang on what was put in first.
    lines = sorted(lines, key=lambda line: (line.product_id, line.line_id))
    members = _members(lines=lines, range_ids=frozenset().union(*(known.range_ids for known in candidates)))
    basket = _oscar_basket(lines=lines, members=members)
    used = _uses_of_owner(offers=[known.row for known in candidates], owner_id=owner_id)
    applications, lost = stacking.apply_all(candidates=candidates, basket=basket, used=used)
    given = _given(applications=applications, basket=basket, currency=market.currency)
    giving = {voucher.id for each in given if (voucher := each.offer.get_voucher()) is not None}
    shortfalls = elsewhere | _shortfalls(candidates=candidates, giving=giving, lines=lines, members=members)
    # An offer's worth is told as it would have been given: to the smallest unit.
    lost = [replace(each, amount=_told(each.amount, market.currency)) for each in lost]
    return Outcome(given=given, lost=lost, shortfalls=shortfalls)


def _told(amount: Decimal | None, currency: str) -> Decimal | None:
    return None if amount is None else Money.down(amount, currency).amount


def _elsewhere(
    *, vouchers: Sequence[VoucherRow], candidates: Sequence[KnownOffer], at: datetime
) -> dict[int, Shortfall]:
    """The vouchers that have offers, none of them for this market."""
    known = open_offers()
    here = {known.row.pk for known in candidates}
    found = {}
    for voucher in vouchers:
        offers = [known[offer_id] for offer_id in voucher.offer_ids if offer_id in known]
        if offers and not here & {offer.row.pk for offer in offers}:
            found[voucher.id] = Shortfall(is_elsewhere=all(runs(row=offer.row, at=at) for offer in offers))
    return found


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


def _candidates(*, market: MarketInfo, vouchers: Sequence[VoucherRow], at: datetime) -> list[KnownOffer]:
    offers = open_offers()
    by_voucher = {offer_id: voucher for voucher in reversed(vouchers) for offer_id in voucher.offer_ids}
    chosen = []
    for known in offers.values():
        voucher = by_voucher.get(known.row.pk)
        if (known.row.offer_type != "Site" and voucher is None) or not known.is_for(market=market, at=at):
            continue
        if voucher is None:
            chosen.append(known)
            continue
        # A copy, because the voucher is written on it and the original is shared.
        row = copy.copy(known.row)
        row.set_voucher(voucher)
        chosen.append(replace(known, row=row))
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
        amount = Money.down(Decimal(application["discount"]), currency)
        if not weights or not amount:
            continue
        shares = {}
        for line_id, share in zip(weights, amount.allocate(list(weights.values())), strict=True):
            shares[line_id] = min(share, left[line_id])
            left[line_id] -= shares[line_id]
        given.append(Given(offer=offer, times=application["freq"], by_line=shares))
    return given
