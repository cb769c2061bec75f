"""
The rows of an order, written in one statement whatever the number of lines: one round trip, all or nothing.

Plain SQL because this is the busiest moment of the shop; through the ORM the same rows are eight statements or more.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from apps.core.money import Money
from apps.core.sql import prepared_cursor
from apps.markets.context import Shop
from apps.orders import terms
from apps.orders.basket.data import PricedBasket, PricedComponent, PricedLine
from apps.orders.credit.data import CreditUse
from apps.orders.enums import OrderState, PaymentState
from apps.orders.payments.queries import capture_policy
from apps.orders.placement.data import Address, Contact
from apps.orders.terms import Terms
from apps.orders.totals import LineTotals

_ADDRESS = "title, first_name, last_name, line1, line2, line3, line4, state, postcode, country_id, search_text"
_ADDRESS_OF = """'', {0}->>'first_name', {0}->>'last_name', {0}->>'line1', {0}->>'line2', {0}->>'company', {0}->>'city',
       {0}->>'region', upper({0}->>'postcode'), {0}->>'country',
       concat_ws(' ', {0}->>'first_name', {0}->>'last_name', {0}->>'company', {0}->>'line1', {0}->>'line2',
                 upper({0}->>'postcode'), {0}->>'city')"""

_WRITE = f"""
WITH given AS (SELECT %(ship)s::jsonb AS ship, %(bill)s::jsonb AS bill),
kept AS (SELECT id FROM order_termsversion WHERE digest = %(terms)s::text),
ship AS (
  INSERT INTO order_shippingaddress ({_ADDRESS}, phone_number, notes)
  SELECT {_ADDRESS_OF.format("ship")}, '', '' FROM given RETURNING id
),
bill AS (
  INSERT INTO order_billingaddress ({_ADDRESS}) SELECT {_ADDRESS_OF.format("bill")} FROM given RETURNING id
),
placed AS (
  INSERT INTO order_order (
    number, basket_id, user_id, market_id, language, state, status, email, guest_email, phone, currency,
    total_incl_tax, total_excl_tax, shipping_incl_tax, shipping_excl_tax, shipping_method, shipping_code,
    discount_incl_tax, tax_lines, offers_lost, delivery_promise, payment_method, placed_by, date_placed, expires_at,
    collect_at_id, confirmed_age, analytics_tracked, shipping_address_id, billing_address_id, terms_id)
  SELECT %(number)s::text, %(basket)s, %(owner)s::bigint, %(market)s, %(language)s, %(state)s::text, %(state)s::text,
         %(email)s, %(guest_email)s, %(phone)s, %(currency)s::text,
         %(gross)s, %(net)s, %(delivery_gross)s, %(delivery_net)s, %(delivery_label)s, %(delivery_code)s,
         %(discount)s, %(tax_lines)s::jsonb, %(offers_lost)s::jsonb, %(promise)s::jsonb,
         %(payment_method)s::text, %(by)s::text, %(at)s,
         %(expires_at)s, %(collect_at)s::bigint, %(confirmed_age)s::int, false, ship.id, bill.id, (SELECT id FROM kept)
    FROM ship, bill
      ON CONFLICT (number) DO NOTHING
  RETURNING id, terms_id
),
kits AS (
  INSERT INTO order_orderkit (order_id, product_id, position, sku, title, quantity, unit_shown, price_trace, picture,
                              url_path)
  SELECT placed.id, kit.product_id, kit.position, kit.sku, left(kit.name, 255), kit.quantity, kit.unit, kit.trace,
         kit.picture, left(kit.url, 300)
    FROM placed, jsonb_to_recordset(%(kits)s::jsonb) AS kit(
      position int, product_id bigint, sku text, name text, quantity int, unit numeric, trace jsonb, picture jsonb,
      url text)
  RETURNING id, position
),
lines AS (
  INSERT INTO order_line (
    order_id, position, partner_name, partner_sku, partner_line_reference, partner_line_notes, title, upc, quantity,
    line_price_incl_tax, line_price_excl_tax, line_price_before_discounts_incl_tax,
    line_price_before_discounts_excl_tax, unit_price_incl_tax, unit_price_excl_tax, status, num_allocated,
    allocation_cancelled, tax_percent, price_trace, picture, url_path, withdrawal_exception, product_id,
    stockrecord_id, kit_id, withdrawal_days)
  SELECT placed.id, line.position, '', line.sku, '', '', left(line.name, 255), line.sku, line.quantity,
         line.gross, line.net, line.gross_before, line.net_before, line.unit_gross, line.unit_net, '', 0,
         false, line.tax_percent, line.trace, line.picture, left(line.url, 300), line.withdrawal_exception,
         line.product_id, line.stockrecord_id, kits.id,
         -- What the market gives, or more where a category does: its own, one above, or the kit's.
         greatest(%(withdrawal_days)s::int, (
           SELECT max(above.withdrawal_days) FROM catalogue_product own
             JOIN catalogue_productcategory link ON link.product_id = coalesce(own.parent_id, own.id)
             JOIN catalogue_category placed_in ON placed_in.id = link.category_id
             JOIN catalogue_category above ON placed_in.path LIKE above.path || '%%'
            WHERE above.withdrawal_days IS NOT NULL AND own.id IN (line.product_id, line.chosen_id)))
    FROM placed CROSS JOIN jsonb_to_recordset(%(lines)s::jsonb) AS line(
      position int, sku text, name text, quantity int, gross numeric, net numeric, gross_before numeric,
      net_before numeric, unit_gross numeric, unit_net numeric, tax_percent numeric, trace jsonb, picture jsonb,
      url text, withdrawal_exception text, product_id bigint, stockrecord_id bigint, kit int,
      chosen_id bigint)
    LEFT JOIN kits ON kits.position = line.kit
   ORDER BY line.position
),
discounts AS (
  INSERT INTO order_orderdiscount (
    order_id, category, offer_id, offer_name, voucher_id, voucher_code, frequency, amount, message)
  SELECT placed.id, offer.category, offer.offer_id, left(offer.name, 128), offer.voucher_id, offer.voucher_code,
         offer.times, offer.amount, ''
    FROM placed, jsonb_to_recordset(%(offers)s::jsonb) AS offer(
      category text, offer_id int, name text, voucher_id int, voucher_code text, times int, amount numeric)
),
paid AS (
  INSERT INTO order_payment (
    order_id, gateway, state, capture, amount_minor, currency, captured_minor, refunded_minor, provider_reference,
    redirect_url, idempotency_key, refusal_code, created_at, deadline_at)
  SELECT placed.id, %(payment_method)s::text, %(payment_state)s::text, %(capture)s::text, %(amount_minor)s::bigint,
         %(currency)s::text, 0, 0, '', '', 'order-' || %(number)s::text || '-1', '', %(at)s, %(expires_at)s
    FROM placed WHERE %(amount_minor)s::bigint > 0
  RETURNING id, order_id
),
steps AS (
  INSERT INTO order_transition (order_id, machine, subject_id, old, new, actor, reason, at)
  SELECT placed.id, 'order', placed.id, '', %(state)s::text, %(by)s::text, '', %(at)s FROM placed
  UNION ALL
  SELECT paid.order_id, 'payment', paid.id, '', %(payment_state)s::text, %(by)s::text, '', %(at)s FROM paid
),
closed AS (
  UPDATE basket_basket SET status = 'Submitted', date_submitted = %(at)s
   WHERE id = %(basket)s AND EXISTS (SELECT FROM placed)
)
SELECT placed.id, paid.id, placed.terms_id FROM placed LEFT JOIN paid ON paid.order_id = placed.id
"""  # noqa: S608 -- put together from constants above


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOrder:
    """
    Everything an order is written from.

    due: what `payment_method` is to pay; no payment is written for nothing. keeps_goods: its checkout holds some.
    """

    number: str
    shop: Shop
    basket: PricedBasket
    contact: Contact
    address: Address
    billing: Address
    payment_method: str
    due: Money
    terms: Terms | None
    expires_at: datetime
    at: datetime
    by: str
    confirmed_latest: date | None = None
    confirmed_age: int | None = None
    credits_: tuple[CreditUse, ...] = ()
    keeps_goods: bool = False


class NumberTakenError(RuntimeError):
    """An order already has this random number: draw another one."""


def write_order(*, order: NewOrder) -> tuple[int, int | None]:
    """
    Write the order, its addresses, lines, discounts, payment and history and close the basket; return the ids of
    order and payment (None when nothing is due). One statement, three more for the first order under new terms.

    Raises NumberTakenError.
    """
    with prepared_cursor() as cursor:
        cursor.execute(_WRITE, _params(order))
        row = cursor.fetchone()
    if row is None:
        raise NumberTakenError(order.number)
    order_id, payment_id, terms_id = row
    if order.terms is not None and terms_id is None:
        terms.keep(order_id=order_id, terms=order.terms, at=order.at)
    return order_id, payment_id


def _params(order: NewOrder) -> dict[str, Any]:
    basket, shop = order.basket, order.shop
    totals, delivery, chosen = basket.totals, basket.totals.delivery, basket.delivery
    if delivery is None or chosen is None:
        raise ValueError("an order without a delivery")
    return {
        "number": order.number,
        "basket": basket.id,
        "owner": basket.owner_id,
        "market": shop.market.id,
        "language": shop.language,
        "state": str(OrderState.PLACED),
        "email": order.contact.email,
        "guest_email": "" if basket.owner_id else order.contact.email,
        "phone": order.contact.phone,
        "currency": totals.currency,
        "gross": totals.gross.amount,
        "net": totals.net.amount,
        "delivery_gross": delivery.gross.amount,
        "delivery_net": delivery.net.amount,
        "delivery_label": chosen.label[:128],
        "delivery_code": chosen.method.code,
        "collect_at": chosen.store.id if chosen.store else None,
        "confirmed_age": order.confirmed_age,
        "discount": (totals.discount + delivery.discount).amount,
        "tax_lines": json.dumps(tax_lines_json(basket)),
        "promise": json.dumps(chosen.promise.as_dict()),
        "terms": order.terms.digest if order.terms else "",
        "payment_method": order.payment_method,
        "payment_state": str(PaymentState.CREATED),
        "capture": str(capture_policy(market_policy=order.shop.market.capture, gateway=order.payment_method)),
        "amount_minor": order.due.minor,
        "by": order.by,
        "at": order.at,
        "expires_at": order.expires_at,
        "withdrawal_days": shop.market.withdrawal_days,
        "ship": json.dumps(order.address.as_dict()),
        "bill": json.dumps(order.billing.as_dict()),
        "lines": json.dumps(_lines(basket)),
        "kits": json.dumps([_kit(line, position=place) for place, line in enumerate(basket.lines) if line.components]),
        "offers": json.dumps(_offers(basket)),
        "offers_lost": json.dumps([lost.as_dict() for lost in basket.offers_lost]),
    }


def tax_lines_json(basket: PricedBasket) -> list[dict[str, str]]:
    """The tax per rate as kept on the order: percent, net, tax and gross as decimal text."""
    return [
        {
            "percent": f"{line.percent.normalize():f}",
            "net": str(line.net.amount),
            "tax": str(line.tax.amount),
            "gross": str(line.gross.amount),
        }
        for line in basket.totals.tax_lines
    ]


def _lines(basket: PricedBasket) -> list[dict[str, Any]]:
    """A row for each line; for each component where it is a kit, which is named by its place in the basket."""
    names = {offer.offer_id: offer for offer in basket.offers}
    rows = []
    for place, line in enumerate(basket.lines):
        if line.totals is None:
            raise ValueError(f"line {line.id} has no price")
        if not line.components:
            rows.append(
                _line(line, totals=line.totals, names=names, trace=line.trace, tax_percent=line.tax_percent, kit=None)
            )
        for part in line.components:
            share = _text(part.totals.shown_before)
            trace = {"kit": line.sku, "name": part.name, "units": part.units, "share": share}
            percent = part.totals.tax_percent
            row = _line(part, totals=part.totals, names=names, trace=trace, tax_percent=percent, kit=place)
            # Wherever a component stands alone (a parcel, an invoice, a return) it says which kit it belongs to.
            rows.append({**row, "name": f"{part.name} ({line.name})", "chosen_id": line.product_id})
    return [{**row, "position": position} for position, row in enumerate(rows)]


def _line(
    line: PricedLine | PricedComponent,
    *,
    totals: LineTotals,
    names: Mapping[int, Any],
    trace: Mapping[str, Any],
    tax_percent: Decimal,
    kit: int | None,
) -> dict[str, Any]:
    return {
        "sku": line.sku,
        "name": line.name,
        "quantity": totals.quantity,
        "gross": _text(totals.gross),
        "net": _text(totals.net),
        "gross_before": _text(totals.gross_before),
        "net_before": _text(totals.net_before),
        "unit_gross": _text(totals.unit_gross),
        "unit_net": _text(totals.unit_net),
        "tax_percent": str(tax_percent),
        "trace": {**trace, "offers": _line_offers(line, names=names)},
        "picture": line.picture,
        "url": line.url,
        "withdrawal_exception": line.withdrawal_exception,
        "product_id": line.product_id,
        "stockrecord_id": line.stockrecord_id,
        "kit": kit,
    }


def _kit(line: PricedLine, *, position: int) -> dict[str, Any]:
    return {
        "position": position,
        "product_id": line.product_id,
        "sku": line.sku,
        "name": line.name,
        "quantity": line.quantity,
        "unit": _text(line.unit) if line.unit else "0",
        "trace": line.trace,
        "picture": line.picture,
        "url": line.url,
    }


def _line_offers(line: PricedLine | PricedComponent, *, names: Mapping[int, Any]) -> list[dict[str, Any]]:
    return [
        {
            "offer": each.offer_id,
            "name": names[each.offer_id].name,
            "voucher": names[each.offer_id].voucher_code,
            "amount": _text(each.amount),
        }
        for each in line.discounts
    ]


def _offers(basket: PricedBasket) -> Sequence[dict[str, Any]]:
    return [
        {
            "category": "Shipping" if offer.on_delivery else "Basket",
            "offer_id": offer.offer_id,
            "name": offer.name,
            "voucher_id": offer.voucher_id,
            "voucher_code": offer.voucher_code,
            "times": offer.times,
            "amount": _text(offer.amount),
        }
        for offer in basket.offers
    ]


def _text(money: Money) -> str:
    return str(money.amount)
