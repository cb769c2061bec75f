"""
Page, basket, order, invoice, refund and credit note agree to the smallest unit, whatever is bought under any policy.

PARITY_BASKETS says how many random baskets are bought (60 when unset).
"""

import os
from datetime import timedelta
from decimal import Decimal
from itertools import product as combinations

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from apps.inventory.models import Location
from apps.markets.models import Market
from apps.markets.queries import forget_snapshot, shop_for_market
from apps.orders.basket import known_offers
from apps.orders.basket.queries import basket_view
from apps.orders.fulfilment import making
from apps.orders.fulfilment import operations as fulfilments
from apps.orders.invoices import operations as invoices
from apps.orders.models import Fulfilment, Invoice, Line, OfferMarket, Order, Refund, Return
from apps.orders.placement import place_order
from apps.orders.returns import operations as returns
from tests.factories.orders import (
    AT,
    CONTACT,
    make_address,
    make_basket,
    make_item,
    make_kit,
    make_offer,
    make_stock,
    make_trading_shop,
)
from tests.factories.payments import ACCOUNT, METHODS, Waiting, pay

BASKETS = int(os.environ.get("PARITY_BASKETS", "60"))
# One transaction over thousands of orders grows slower with each: a long run commits every one of them.
pytestmark = pytest.mark.django_db(transaction=BASKETS > 500)
LATER, BACK = AT + timedelta(hours=1), AT + timedelta(days=3)
PRICES = ("0.01", "0.99", "3.33", "7.77", "9.99", "12.90", "19.99", "45.05", "129.00", "0.05")
CLASSES = ("standard", "reduced", "books", "zero")
POLICIES = tuple(combinations(("line", "unit", "total"), ("half_up", "half_even"), (True, False)))


def make_world(country, currency, language):
    """A market that sells ten goods and two kits of them, with offers of every kind."""
    shop = make_trading_shop(country=country, currency=currency, language=language)
    Market.objects.filter(pk=shop.market.id).update(payment_methods=METHODS, features={"bank_account": ACCOUNT})
    goods = [
        make_item(shop=shop, price=price, units=1, sku=f"{currency}-{n}", tax_class=CLASSES[n % len(CLASSES)])
        for n, price in enumerate(PRICES)
    ]
    goods += [
        make_kit(shop=shop, components=[(goods[1], 2), (goods[6], 1)], price="17.99", sku=f"{currency}-KIT1"),
        make_kit(
            shop=shop,
            components=[(goods[3], 3), (goods[0], 1), (goods[2], 1)],
            shares=[5, 0, 2],
            price="10.00",
            sku=f"{currency}-KIT2",
        ),
    ]
    made = [
        make_offer(benefit=("Percentage", "15"), products=goods[::3], exclusive=False),
        make_offer(benefit=("Percentage", "7"), products=goods[1::2], exclusive=False, priority=3),
        make_offer(benefit=("Multibuy", "1"), condition=("Count", "3"), products=goods[2:7]),
        make_offer(benefit=("Absolute", "5"), condition=("Value", "60"), max_basket_applications=1, exclusive=False),
        make_offer(benefit=("Shipping percentage", "33"), condition=("Value", "150"), exclusive=False),
    ]
    OfferMarket.objects.bulk_create([OfferMarket(offer=offer, market_id=shop.market.id) for offer in made])
    known_offers.forget_offers()
    return shop, goods


def under(shop, policy):
    """The shop with a way to count taxes."""
    level, mode, includes_tax = policy
    Market.objects.filter(pk=shop.market.id).update(
        rounding_level=level, rounding_mode=mode, prices_include_tax=includes_tax
    )
    forget_snapshot()
    return shop_for_market(market_code=shop.market.code, language=shop.language)


def bought(shop, items, number):
    """What the page says of a basket, and the order that was placed, paid and made ready from it."""
    basket_id = make_basket(shop=shop, items=items)
    view = basket_view(shop=shop, basket_id=basket_id, at=AT, delivery_code="home")
    placed = place_order(
        idempotency_key=f"parity-{number}-{basket_id}",
        shop=shop,
        basket_id=basket_id,
        owner_id=None,
        confirmed_total=view.total,
        contact=CONTACT,
        address=make_address(country=shop.market.country),
        delivery_code="home",
        payment_method="bank_transfer",
        at=AT,
        by="guest",
    )
    pay(Waiting(shop, None, placed.order_id, placed.payment_id, placed.number, AT), at=LATER)
    making.create_fulfilments(order_id=placed.order_id, at=LATER)
    return view, Order.objects.get(pk=placed.order_id)


def send(order, part):
    """Let the goods leave, a part of them first, and invoice each parcel."""
    (row,) = Fulfilment.objects.filter(order=order)
    carried = dict(row.lines.values_list("line_id", "quantity"))
    first = {line_id: part % (count + 1) for line_id, count in carried.items() if part % (count + 1)}
    sent = []
    if first and first != carried:
        sent.append(fulfilments.ship(
            fulfilment_id=row.pk, carrier="GLS", tracking_code="1", units=first, by="user:9", at=LATER
        ))  # fmt: skip
    sent.append(fulfilments.ship(fulfilment_id=row.pk, carrier="GLS", tracking_code="2", by="user:9", at=LATER))
    for fulfilment_id in sent:
        invoices.issue_invoice(fulfilment_id=fulfilment_id, at=LATER)
        fulfilments.deliver(fulfilment_id=fulfilment_id, by="user:9", at=LATER)


def give_back(order, part, place):
    """Send everything back, a part of it first, and credit each refund."""
    carried = {line.pk: line.quantity for line in Line.objects.filter(order=order)}
    first = {line_id: part % (count + 1) for line_id, count in carried.items() if part % (count + 1)}
    rest = {line_id: count - first.get(line_id, 0) for line_id, count in carried.items()}
    for units in (first, {line_id: count for line_id, count in rest.items() if count}):
        if not units:
            continue
        made = returns.declare_withdrawal(
            order_id=order.pk, units=units, name="D", email="d@example.com", by="shopper", at=BACK
        )
        found = {line.pk: returns.Found(sellable=line.quantity) for line in made.lines.all()}
        returns.inspect_return(return_id=made.pk, found=found, location_id=place, note="", by="user:9", at=BACK)
        refund = Refund.objects.filter(parent=made).first()
        if refund is not None:
            invoices.issue_credit_note(refund_id=refund.pk, at=BACK)


def sums(order, kind):
    """Net, tax, and tax per rate of all documents of a kind, in minor units."""
    rows = list(Invoice.objects.filter(order=order, kind=kind))
    rates = {}
    for rate in (rate for row in rows for rate in row.taxes):
        rates[Decimal(rate["percent"])] = rates.get(Decimal(rate["percent"]), 0) + rate["tax"]
    return sum(row.net_minor for row in rows), sum(row.tax_minor for row in rows), {k: v for k, v in rates.items() if v}


def test_page_order_invoice_refund_and_credit_note_agree_on_random_baskets():
    shops = [make_world("FR", "EUR", "fr"), make_world("GB", "JPY", "en")]
    place = Location.objects.get(code="main")
    for _shop, goods in shops:
        for each in goods[: len(PRICES)]:
            make_stock(product=each, location=place, units=60)
    counted = []

    @settings(
        max_examples=BASKETS,
        deadline=None,
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
        derandomize="PARITY_BASKETS" not in os.environ,
    )
    @given(
        where=st.sampled_from(shops),
        policy=st.sampled_from(POLICIES),
        units=st.dictionaries(st.integers(0, len(PRICES) + 1), st.integers(1, 5), min_size=1, max_size=6),
        sent=st.integers(0, 4),
        back=st.integers(0, 4),
    )
    def check(where, policy, units, sent, back):
        shop, goods = where
        shop = under(shop, policy)
        view, order = bought(shop, [(goods[n], count) for n, count in units.items()], len(counted))
        scale = 10 ** (0 if order.currency == "JPY" else 2)
        gross, net = int(order.total_incl_tax * scale), int(order.total_excl_tax * scale)
        rates = {Decimal(str(row["percent"])): int(Decimal(str(row["tax"])) * scale) for row in order.tax_lines}
        rates = {percent: tax for percent, tax in rates.items() if tax}

        assert (view.totals.gross.minor, view.totals.net.minor) == (gross, net)
        send(order, sent)
        assert sums(order, "invoice") == (net, gross - net, rates)
        give_back(order, back, place.pk)
        owed = Refund.objects.filter(parent__order=order)
        assert sum(refund.amount_minor for refund in owed) == gross
        assert sums(order, "credit_note") == (net, gross - net, rates)
        assert not Return.objects.filter(order=order).exclude(state__in=("refund_due", "refunded")).exists()
        counted.append(order.pk)

    check()
    assert len(counted) == BASKETS
