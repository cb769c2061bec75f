"""The basket's own rows: one statement for basket, lines and vouchers together."""

import json
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from apps.catalog.models.product import MOST_ORDERED
from apps.core import locks
from apps.core.money import Money
from apps.core.sql import prepared_cursor
from apps.markets.context import Shop
from apps.orders.errors import BasketNotFound

# The database holds the same limit.
MAX_QUANTITY = MOST_ORDERED

# Scope is part of the question: a basket of another owner or market is not found, whoever knows its number.
_LOCK = """
SELECT kept.expires_at IS NOT NULL FROM basket_basket basket
  LEFT JOIN order_stockhold kept ON kept.basket_id = basket.id
 WHERE basket.id = %s AND basket.market_id = %s AND basket.status = 'Open' AND basket.owner_id IS NOT DISTINCT FROM %s
   FOR UPDATE OF basket
"""
_LOAD = """
SELECT basket.id, basket.owner_id,
       CASE WHEN EXISTS (SELECT FROM basket_basket_vouchers held WHERE held.basket_id = basket.id) THEN (
         SELECT jsonb_agg(jsonb_build_object(
                  'id', voucher.id, 'code', voucher.code, 'name', voucher.name, 'usage', voucher.usage,
                  'starts', extract(epoch FROM voucher.start_datetime),
                  'ends', extract(epoch FROM voucher.end_datetime),
                  'offers', (SELECT coalesce(jsonb_agg(link.conditionaloffer_id), '[]'::jsonb)
                               FROM voucher_voucher_offers link WHERE link.voucher_id = voucher.id),
                  'taken', EXISTS (SELECT FROM order_voucherslot taken
                                    WHERE taken.voucher_id = voucher.id
                                      AND taken.slot IN ('1', 'customer:' || basket.owner_id)))
                ORDER BY held.id)
           FROM basket_basket_vouchers held JOIN voucher_voucher voucher ON voucher.id = held.voucher_id
          WHERE held.basket_id = basket.id) END,
       line.id, line.product_id, line.stockrecord_id, line.quantity, line.price_currency,
       coalesce(line.price_incl_tax, line.price_excl_tax), product.upc,
       coalesce(nullif(product.title, ''), parent.title, product.upc),
       coalesce(parent.withdrawal_exception, product.withdrawal_exception),
       (SELECT jsonb_agg(jsonb_build_object(
                 'product_id', part.product_id, 'quantity', part.quantity, 'share', part.share, 'sku', good.upc,
                 'title', coalesce(nullif(good.title, ''), above.title, good.upc), 'tax_class', good.tax_class,
                 'withdrawal_exception', coalesce(above.withdrawal_exception, good.withdrawal_exception),
                 'stockrecord_id', (SELECT min(held.id) FROM partner_stockrecord held
                                     WHERE held.product_id = part.product_id))
               ORDER BY part.position, part.id)::text
          FROM catalogue_kitcomponent part JOIN catalogue_product good ON good.id = part.product_id
          LEFT JOIN catalogue_product above ON above.id = good.parent_id
         WHERE part.kit_id = line.product_id),
       greatest(product.order_step, parent.order_step), least(product.order_most, parent.order_most),
       greatest(product.minimum_age, parent.minimum_age,
                (SELECT max(greatest(good.minimum_age, above.minimum_age)) FROM catalogue_kitcomponent part
                   JOIN catalogue_product good ON good.id = part.product_id
                   LEFT JOIN catalogue_product above ON above.id = good.parent_id
                  WHERE part.kit_id = product.id))
  FROM basket_basket basket
  LEFT JOIN basket_line line ON line.basket_id = basket.id
  LEFT JOIN catalogue_product product ON product.id = line.product_id
  LEFT JOIN catalogue_product parent ON parent.id = product.parent_id
 WHERE basket.id = %s AND basket.market_id = %s AND basket.status = 'Open'
 ORDER BY line.date_created, line.id
"""


@dataclass(frozen=True, slots=True)
class ComponentRow:
    """What one kit holds of a product. share: of the kit's price against the others', None where prices say it."""

    product_id: int
    quantity: int
    share: int | None
    sku: str
    title: str
    tax_class: str
    withdrawal_exception: str
    stockrecord_id: int | None


@dataclass(frozen=True, slots=True)
class LineRow:
    """
    A line as stored. `seen`: the unit price shown when it was put in, None when that was in another currency.

    components: what a kit is made of; none of a product like any other. step, most: the steps it is sold in and how
    many one order may hold (None: no limit of its own). age: from how many years on it is sold, None for everybody.
    """

    id: int
    product_id: int
    stockrecord_id: int
    quantity: int
    seen: Money | None
    sku: str
    title: str
    withdrawal_exception: str = ""
    components: tuple[ComponentRow, ...] = ()
    step: int = 1
    most: int | None = None
    age: int | None = None

    @property
    def needs(self) -> tuple[tuple[int, int], ...]:
        """What one of it takes of the stock: (product id, units)."""
        if not self.components:
            return ((self.product_id, 1),)
        return tuple((part.product_id, part.quantity) for part in self.components)


@dataclass(frozen=True, slots=True)
class VoucherRow:
    """A voucher in a basket, with whether its one use (for all, or for this owner) is taken."""

    id: int
    code: str
    name: str
    usage: str
    starts: float
    ends: float
    offer_ids: tuple[int, ...]
    taken: bool

    def is_active(self, *, at: datetime) -> bool:
        """Whether it may be used at that time."""
        return self.starts <= at.timestamp() <= self.ends


@dataclass(frozen=True, slots=True)
class BasketRows:
    """An open basket as stored."""

    id: int
    owner_id: int | None
    lines: tuple[LineRow, ...]
    vouchers: tuple[VoucherRow, ...]

    @property
    def goods(self) -> list[int]:
        """The ids of the products that are taken from shelves for it, each once."""
        return list(dict.fromkeys(product_id for line in self.lines for product_id, _ in line.needs))


def lock(*, shop: Shop, basket_id: int, owner_id: int | None) -> bool:
    """
    Lock an open basket of this owner (None: nobody's) in this market; return whether its checkout keeps goods.

    Holds change under this lock only. One statement. Raises BasketNotFound.
    """
    locks.note(rank=locks.Rank.BASKET)
    with prepared_cursor() as cursor:
        cursor.execute(_LOCK, [basket_id, shop.market.id, owner_id])
        row = cursor.fetchone()
    if row is None:
        raise BasketNotFound
    return bool(row[0])


def load(*, shop: Shop, basket_id: int) -> BasketRows:
    """Read an open basket of this market. One statement. Raises BasketNotFound."""
    with prepared_cursor() as cursor:
        cursor.execute(_LOAD, [basket_id, shop.market.id])
        rows = cursor.fetchall()
    if not rows:
        raise BasketNotFound
    found_id, owner_id, vouchers = rows[0][:3]
    lines = tuple(_line(row[3:], currency=shop.market.currency) for row in rows if row[3] is not None)
    return BasketRows(id=found_id, owner_id=owner_id, lines=lines, vouchers=_vouchers(vouchers))


def _line(row: tuple[Any, ...], *, currency: str) -> LineRow:
    (
        line_id,
        product_id,
        stockrecord_id,
        quantity,
        seen_currency,
        seen,
        sku,
        title,
        withdrawal_exception,
        parts,
        *limits,
    ) = row
    known = isinstance(seen, Decimal) and seen_currency == currency
    return LineRow(
        id=line_id,
        product_id=product_id,
        stockrecord_id=stockrecord_id,
        quantity=quantity,
        seen=Money(seen, currency) if known else None,
        sku=sku,
        title=title,
        withdrawal_exception=withdrawal_exception,
        components=tuple(ComponentRow(**part) for part in json.loads(parts)) if parts else (),
        step=limits[0],
        most=limits[1],
        age=limits[2],
    )


def _vouchers(value: str | list[dict[str, Any]] | None) -> tuple[VoucherRow, ...]:
    given = json.loads(value) if isinstance(value, str) else value or []
    return tuple(
        VoucherRow(
            id=each["id"],
            code=each["code"],
            name=each["name"],
            usage=each["usage"],
            starts=each["starts"],
            ends=each["ends"],
            offer_ids=tuple(each["offers"]),
            taken=each["taken"],
        )
        for each in given
    )
