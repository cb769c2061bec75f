"""From stored rows to a priced basket: quotes, offers, totals and problems, in a fixed number of statements."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from itertools import islice

from apps.catalog import pricing as catalog_pricing
from apps.catalog import queries as catalog_queries
from apps.catalog.pricing import PriceQuote
from apps.catalog.queries import SellableLine
from apps.catalog.queries.kits import possible
from apps.core.errors import Refusal
from apps.core.money import Money, total
from apps.inventory.sourcing.data import Stock, Wanted
from apps.markets.context import Shop
from apps.orders import delivery as deliveries
from apps.orders import sourcing
from apps.orders import totals as calculator
from apps.orders.basket import codes, kits, limits
from apps.orders.basket import offers as offer_engine
from apps.orders.basket.data import (
    Agreed,
    AppliedOffer,
    Fix,
    LineDiscount,
    PricedBasket,
    PricedLine,
    Problem,
    by_product,
)
from apps.orders.basket.rows import BasketRows, LineRow
from apps.orders.basket.words import written
from apps.orders.errors import (
    DeliveryRefused,
    NotEnough,
    NotSoldHere,
    PriceChanged,
    SoldOut,
    TakenByOtherLines,
)


def price_basket(
    *,
    shop: Shop,
    rows: BasketRows,
    stock: Stock | None,
    delivery_code: str | None,
    at: datetime,
    postcode: str = "",
    customer_group: str = "",
    agreed: Agreed | None = None,
) -> PricedBasket:
    """
    Price stored rows as they are now. Two statements, one more when offers or vouchers run.

    stock: units left by (product, location), None to leave stock aside (placement asks by reserving). delivery_code:
    the chosen way, with its store where it is collected; None estimates with the market's first one. postcode: where it
    goes, once that is known. agreed: kept prices and the delivery charge of goods that follow from another order; no
    offer lowers them besides. Raises DeliveryRefused for an unknown code.
    """
    units = None if stock is None else sourcing.units_left(stock=stock)
    left = None if units is None else kits.left_for(lines=rows.lines, left=units)
    quotes, pages = _quoted(shop=shop, rows=rows, at=at, customer_group=customer_group, agreed=agreed)
    sold = [
        line
        for line in rows.lines
        if line.product_id in quotes and line.product_id in pages and (left is None or left[line.id] > 0)
    ]
    outcome = offer_engine.Outcome()
    reasons: dict[int, Refusal] = {}
    if agreed is None:
        outcome, reasons = _offers(shop=shop, rows=rows, sold=sold, quotes=quotes, at=at)
    given = outcome.given
    discounts = _discounts_by_line(given)
    groups = [_inputs(line, quotes=quotes, discounts=discounts, shop=shop) for line in sold]
    inputs = [each for group in groups for each in group]
    goods = calculator.goods_of(lines=inputs, currency=shop.market.currency)
    leaves_on = None
    if stock is not None:
        sought = _sought(sold=sold, quotes=quotes)
        leaves_on = sourcing.leaves_on(shop=shop, lines=sought, stock=stock, postcode=postcode, at=at)
    options = deliveries.options(shop=shop, goods=goods, at=at, leaves_on=leaves_on, chosen=delivery_code or "")
    chosen = _chosen(options=options, code=delivery_code)
    charge = agreed.delivery if agreed is not None else chosen.price if chosen else None
    on_delivery = _on_delivery(given=given, charge=charge)
    totals = calculator.count_totals(
        market=shop.market,
        lines=inputs,
        delivery=charge,
        delivery_discount=sum((amount for _, amount in on_delivery), Money.zero(shop.market.currency)),
    )
    rest = iter(totals.lines)
    counted = {line.id: tuple(islice(rest, len(group))) for line, group in zip(sold, groups, strict=True)}
    applied = _applied(given=given, on_delivery=on_delivery, currency=shop.market.currency)
    return PricedBasket(
        id=rows.id,
        owner_id=rows.owner_id,
        priced_at=at,
        lines=tuple(
            _priced_line(
                line=line,
                shop=shop,
                quote=quotes.get(line.product_id),
                pages=pages,
                counted=counted.get(line.id, ()),
                discounts=discounts.get(line.id, ()),
                left=None if left is None else left[line.id],
                there=None if units is None else possible(needs=line.needs, left=units),
            )
            for line in rows.lines
        ),
        offers=applied,
        offers_lost=tuple(outcome.lost),
        vouchers=tuple(codes.told(row=row, reasons=reasons, applied=applied, shop=shop) for row in rows.vouchers),
        delivery=chosen,
        delivery_options=tuple(options),
        totals=totals,
        refusal=limits.of_order(shop=shop, goods=totals.goods) if sold else None,
        minimum_age=max((line.age for line in rows.lines if line.age), default=None),
    )


def _inputs(
    line: LineRow,
    *,
    quotes: Mapping[int, PriceQuote],
    discounts: Mapping[int, tuple[LineDiscount, ...]],
    shop: Shop,
) -> list[calculator.LineInput]:
    """What the calculator counts of a line that is sold."""
    discount = total((each.amount for each in discounts.get(line.id, ())), currency=shop.market.currency)
    quote = quotes[line.product_id]
    return kits.inputs_of(line=line, quote=quote, discount=discount, quotes=quotes, market=shop.market)


def _quoted(
    *, shop: Shop, rows: BasketRows, at: datetime, customer_group: str, agreed: Agreed | None
) -> tuple[Mapping[int, PriceQuote], Mapping[int, SellableLine]]:
    """
    What each product costs and how it is shown, by product, those inside kits too; what the market does not sell is
    left out.
    """
    parts = {part.product_id: part.quantity * line.quantity for line in rows.lines for part in line.components}
    wanted = parts | {line.product_id: line.quantity for line in rows.lines}
    if not wanted:
        return {}, {}
    quotes = catalog_pricing.quote_many(market=shop.market, wanted=wanted, at=at, customer_group=customer_group)
    untaxed = {line.product_id for line in rows.lines if not kits.is_taxed(line=line, market=shop.market)}
    quotes = {product_id: quote for product_id, quote in quotes.items() if product_id not in untaxed}
    pages = catalog_queries.sellable_lines(shop=shop, product_ids=list(wanted))
    return (quotes if agreed is None else _kept(quotes, agreed=agreed)), pages


def _offers(
    *, shop: Shop, rows: BasketRows, sold: list[LineRow], quotes: Mapping[int, PriceQuote], at: datetime
) -> tuple[offer_engine.Outcome, dict[int, Refusal]]:
    reasons = {
        row.id: reason for row in rows.vouchers if (reason := codes.refusal_of(row=row, owner_id=rows.owner_id, at=at))
    }
    outcome = offer_engine.apply_offers(
        market=shop.market,
        lines=[
            offer_engine.OfferLine(
                line_id=line.id,
                product_id=line.product_id,
                stockrecord_id=line.stockrecord_id,
                quantity=line.quantity,
                unit=quotes[line.product_id].unit,
            )
            for line in sold
        ],
        vouchers=[row for row in rows.vouchers if row.id not in reasons],
        owner_id=rows.owner_id,
        at=at,
    )
    for row in rows.vouchers:
        if row.id in outcome.shortfalls:
            reasons.setdefault(row.id, codes.short(code=row.code, by=outcome.shortfalls[row.id], shop=shop))
    return outcome, reasons


def _kept(quotes: Mapping[int, PriceQuote], *, agreed: Agreed) -> dict[int, PriceQuote]:
    """Quotes at the agreed unit prices, where there are any; each says in its trace why."""
    found = dict(quotes)
    for product_id, unit in agreed.units.items():
        if (quote := found.get(product_id)) is not None:
            context = {**quote.context, "agreed": agreed.why}
            found[product_id] = replace(quote, unit=unit, prior=None, is_promotion=False, context=context)
    return found


def _discounts_by_line(given: list[offer_engine.Given]) -> dict[int, tuple[LineDiscount, ...]]:
    found: dict[int, tuple[LineDiscount, ...]] = {}
    for each in given:
        for line_id, amount in each.by_line.items():
            if amount:
                found[line_id] = (*found.get(line_id, ()), LineDiscount(offer_id=each.offer.pk, amount=amount))
    return found


def _sought(*, sold: list[LineRow], quotes: Mapping[int, PriceQuote]) -> list[Wanted]:
    """What sourcing is asked for before the basket is priced: units by product, those inside kits too."""
    return by_product(
        wanted=(
            Wanted(product_id, units * line.quantity, line.sku, quotes[product_id].unit.minor)
            if product_id in quotes
            else Wanted(product_id, units * line.quantity, line.sku)
            for line in sold
            for product_id, units in line.needs
        )
    )


def _chosen(*, options: list[deliveries.DeliveryOption], code: str | None) -> deliveries.DeliveryOption | None:
    if code is None:
        return next((option for option in options if option.fits), options[0] if options else None)
    found = next((option for option in options if option.code == code), None)
    if found is None:
        raise DeliveryRefused(code=code)
    return found


def _on_delivery(*, given: list[offer_engine.Given], charge: Money | None) -> list[tuple[offer_engine.Given, Money]]:
    """What each delivery offer takes off the charge, one after the other, never below zero."""
    found = []
    left = charge
    for each in given:
        if each.on_delivery and left:
            amount = min(each.delivery_discount(charge=left), left)
            left -= amount
            found.append((each, amount))
    return found


def _applied(
    *, given: list[offer_engine.Given], on_delivery: list[tuple[offer_engine.Given, Money]], currency: str
) -> tuple[AppliedOffer, ...]:
    goods = [(each, each.amount(currency=currency)) for each in given if not each.on_delivery]
    return tuple(
        AppliedOffer(
            offer_id=each.offer.pk,
            name=each.offer.name,
            voucher_id=each.offer.get_voucher().id if each.offer.get_voucher() else None,
            voucher_code=each.offer.get_voucher().code if each.offer.get_voucher() else "",
            times=each.times,
            amount=amount,
            on_delivery=each.on_delivery,
        )
        for each, amount in (*goods, *on_delivery)
        if amount
    )


def _priced_line(
    *,
    line: LineRow,
    shop: Shop,
    quote: PriceQuote | None,
    pages: Mapping[int, SellableLine],
    counted: Sequence[calculator.LineTotals],
    discounts: tuple[LineDiscount, ...],
    left: int | None,
    there: int | None,
) -> PricedLine:
    page = pages.get(line.product_id)
    name = page.title if page else line.title
    return PricedLine(
        id=line.id,
        product_id=line.product_id,
        stockrecord_id=line.stockrecord_id,
        sku=line.sku,
        name=name,
        url=page.url if page else "",
        picture=dict(page.picture or {}) if page else {},
        quantity=line.quantity,
        unit=quote.unit if quote else None,
        prior=quote.prior if quote else None,
        tax_percent=quote.tax_percent if quote else Decimal(0),
        totals=kits.sum_of(counted=counted, quote=quote, quantity=line.quantity) if quote and counted else None,
        discounts=discounts,
        problems=_problems(line=line, shop=shop, name=name, quote=quote if page else None, left=left, there=there),
        left=left,
        quote=quote,
        needs=line.needs,
        withdrawal_exception=line.withdrawal_exception,
        step=line.step,
        most=line.most,
        components=kits.components_of(line=line, counted=counted, discounts=discounts, pages=pages),
    )


def _problems(
    *,
    line: LineRow,
    shop: Shop,
    name: str,
    quote: PriceQuote | None,
    left: int | None,
    there: int | None,
) -> tuple[Problem, ...]:
    if quote is None:
        return (Problem(refusal=NotSoldHere(name=name), blocking=True, fix=Fix.REMOVE),)
    if left == 0 and there:
        return (Problem(refusal=TakenByOtherLines(name=name), blocking=True, fix=Fix.REMOVE),)
    if left == 0:
        return (Problem(refusal=SoldOut(name=name), blocking=True, fix=Fix.REMOVE),)
    found = []
    if left is not None and left < line.quantity:
        refusal = NotEnough(name=name, left=left, wanted=line.quantity)
        found.append(Problem(refusal=refusal, blocking=True, fix=Fix.LOWER, fix_quantity=left))
    limited = limits.of_line(name=name, quantity=line.quantity, step=line.step, most=line.most)
    if limited is not None and not found:
        found.append(Problem(refusal=limited[0], blocking=True, fix=Fix.CHANGE, fix_quantity=limited[1]))
    if line.seen is not None and line.seen != quote.unit:
        refusal_of_price = PriceChanged(
            name=name, old=written(money=line.seen, shop=shop), new=written(money=quote.unit, shop=shop)
        )
        found.append(Problem(refusal=refusal_of_price, blocking=False, fix=Fix.ACCEPT))
    return tuple(found)
