"""A kit is one line for the shopper; what is promised, taxed, sent and given back are its components."""

from datetime import timedelta
from decimal import Decimal

import pytest

from apps.catalog.models import Product
from apps.core import books
from apps.core.testing import drain_outbox
from apps.inventory.models import Reservation, StockLevel
from apps.orders.basket import operations as baskets
from apps.orders.basket.queries import basket_view
from apps.orders.errors import NotEnough, NotSoldHere, SoldOut, TakenByOtherLines
from apps.orders.models import Line, Order, OrderKit, Refund
from apps.orders.returns import operations as returns
from tests.factories.arrived import make_arrived
from tests.factories.orders import (
    AT,
    make_basket,
    make_checkout,
    make_item,
    make_kit,
    make_location,
    make_offer,
    make_stock,
    make_trading_shop,
    make_voucher,
)

pytestmark = pytest.mark.django_db

LATER = AT + timedelta(hours=1)


def view_of(shop, items):
    return basket_view(shop=shop, basket_id=make_basket(shop=shop, items=items), at=AT, delivery_code="home")


def amounts(order_id):
    rows = Line.objects.filter(order_id=order_id).order_by("position")
    return [(row.partner_sku, row.quantity, row.line_price_incl_tax, row.kit_id is not None) for row in rows]


def broken(at=LATER):
    drain_outbox(at=at)
    return [(each.invariant.name, each.exceptions) for each in books.prove(at=at).broken]


def test_a_kit_is_one_line_at_its_price_and_an_order_line_for_each_component():
    shop = make_trading_shop()
    pot = make_item(shop=shop, price="20.00", units=9, sku="POT")
    lid = make_item(shop=shop, price="5.00", units=9, sku="LID")
    kit = make_kit(shop=shop, components=[(pot, 1), (lid, 2)], price="25.00", sku="KIT")
    view = view_of(shop, [(kit, 2)])
    (line,) = view.lines
    assert (line.unit.amount, line.totals.shown.amount, view.count) == (Decimal("25.00"), Decimal("50.00"), 2)
    placed = make_checkout(shop=shop, items=[(kit, 2)]).place()
    assert amounts(placed.order_id) == [
        ("POT", 2, Decimal("33.33"), True),
        ("LID", 4, Decimal("16.67"), True),
    ]
    row = OrderKit.objects.get(order_id=placed.order_id)
    assert (row.sku, row.quantity, row.unit_shown) == ("KIT", 2, Decimal("25.00"))
    assert row.price_trace["market"] == shop.market.code
    held = Reservation.objects.order_by("level__product__upc").values_list("level__product__upc", "quantity")
    assert list(held) == [("LID", 4), ("POT", 2)]
    assert broken() == []


def test_each_component_is_taxed_at_its_own_rate_by_its_share():
    shop = make_trading_shop()
    pot = make_item(shop=shop, price="30.00", sku="POT")
    book = make_item(shop=shop, price="10.00", tax_class="books", sku="BOOK")
    kit = make_kit(shop=shop, components=[(pot, 1), (book, 1)], shares=[4, 1], price="30.00")
    view = view_of(shop, [(kit, 1)])
    goods = {tax.percent: tax.gross.amount for tax in view.totals.tax_lines}
    # 24.00 of the kit and 4.90 of delivery at 20 %, 6.00 of the kit at 5.5 %.
    assert goods == {Decimal(20): Decimal("28.90"), Decimal("5.5"): Decimal("6.00")}
    order = Order.objects.get(pk=make_checkout(shop=shop, items=[(kit, 1)]).place().order_id)
    assert [Decimal(rate["percent"]) for rate in order.tax_lines] == [Decimal(20), Decimal("5.5")]


def test_a_kit_with_something_whose_tax_the_market_does_not_know_is_not_sold():
    shop = make_trading_shop()
    pot, lamp = make_item(shop=shop, price="30.00"), make_item(shop=shop, price="10.00")
    kit = make_kit(shop=shop, components=[(pot, 1), (lamp, 1)])
    basket_id = make_basket(shop=shop, items=[(kit, 1), (pot, 1)])
    Product.objects.filter(pk=lamp.pk).update(tax_class="unheard")
    view = basket_view(shop=shop, basket_id=basket_id, at=AT, delivery_code="home")
    assert [type(problem.refusal) for _, problem in view.problems] == [NotSoldHere]


@pytest.mark.parametrize(("own", "kept"), [("", "made_to_measure"), ("perishable", "perishable")])
def test_what_is_excepted_of_a_kit_is_excepted_of_all_that_is_in_it(own, kept):
    shop = make_trading_shop()
    pot = make_item(shop=shop, withdrawal_exception=own)
    kit = make_kit(shop=shop, components=[(pot, 1)], withdrawal_exception="made_to_measure")
    placed = make_checkout(shop=shop, items=[(kit, 1)]).place()
    assert Line.objects.get(order_id=placed.order_id).withdrawal_exception == kept


def test_what_is_no_longer_sold_by_itself_is_shared_out_by_units():
    shop = make_trading_shop()
    pot = make_item(shop=shop, price="20.00", sku="POT")
    bag = make_item(shop=shop, price=None, sku="BAG")
    kit = make_kit(shop=shop, components=[(pot, 1), (bag, 3)], price="10.00")
    placed = make_checkout(shop=shop, items=[(kit, 1)]).place()
    assert amounts(placed.order_id) == [("POT", 1, Decimal("2.50"), True), ("BAG", 3, Decimal("7.50"), True)]


def test_offers_see_the_kit_and_their_discount_is_spread_to_the_cent():
    shop = make_trading_shop()
    pot = make_item(shop=shop, price="20.00", sku="POT")
    lid = make_item(shop=shop, price="5.00", sku="LID")
    kit = make_kit(shop=shop, components=[(pot, 1), (lid, 1)], price="19.99")
    make_offer(name="Pots", benefit=("Percentage", "50"), products=[pot])
    make_offer(name="Kits", benefit=("Percentage", "10"), products=[kit], exclusive=False)
    make_voucher(code="MINUS3", offer=make_offer(benefit=("Absolute", "3"), offer_type="Voucher", exclusive=False))
    checkout = make_checkout(shop=shop, items=[(kit, 1)], vouchers=("MINUS3",))
    placed = checkout.place()
    rows = list(Line.objects.filter(order_id=placed.order_id).order_by("position"))
    given = [[(each["name"], each["amount"]) for each in row.price_trace["offers"]] for row in rows]
    assert {name for part in given for name, _ in part} >= {"Kits"}
    assert "Pots" not in {name for part in given for name, _ in part}
    for row, part in zip(rows, given, strict=True):
        off = row.line_price_before_discounts_incl_tax - row.line_price_incl_tax
        assert sum(Decimal(amount) for _, amount in part) == off
    assert sum(row.line_price_incl_tax for row in rows) == Decimal("19.99") - Decimal("1.99") - Decimal("3.00")


def test_goods_are_counted_over_kits_and_single_lines_of_one_basket():
    shop = make_trading_shop()
    pot, lid = make_item(shop=shop, units=4, sku="POT"), make_item(shop=shop, units=40, sku="LID")
    kit = make_kit(shop=shop, components=[(pot, 2), (lid, 1)])
    view = view_of(shop, [(pot, 1), (kit, 1)])
    assert ([line.left for line in view.lines], view.can_be_ordered) == ([4, 1], True)
    with pytest.raises(NotEnough) as refusal:
        make_basket(shop=shop, items=[(pot, 1), (kit, 2)])
    assert (refusal.value.params["left"], refusal.value.params["wanted"]) == (1, 2)
    with pytest.raises(NotEnough) as refusal:
        make_basket(shop=shop, items=[(kit, 1), (pot, 3)])
    assert (refusal.value.params["left"], refusal.value.params["wanted"]) == (2, 3)
    with pytest.raises(TakenByOtherLines):
        make_basket(shop=shop, items=[(pot, 3), (kit, 1)])
    with pytest.raises(NotEnough) as refusal:
        make_basket(shop=shop, items=[(kit, 3)])
    assert refusal.value.params["left"] == 2
    make_stock(product=lid, location=make_location(), units=0)
    with pytest.raises(SoldOut):
        make_basket(shop=shop, items=[(kit, 1)])


def test_a_basket_that_goods_went_out_from_under_says_which_line_and_what_to_do():
    shop = make_trading_shop()
    pot, lid = make_item(shop=shop, units=6, sku="POT"), make_item(shop=shop, units=9, sku="LID")
    kit = make_kit(shop=shop, components=[(pot, 2), (lid, 1)])
    basket_id = make_basket(shop=shop, items=[(pot, 2), (kit, 2)])
    make_stock(product=pot, location=make_location(), units=5)
    first, second = basket_view(shop=shop, basket_id=basket_id, at=AT).lines
    assert first.problems == ()
    assert [(each.code, each.fix, each.fix_quantity) for each in second.problems] == [("basket.not_enough", "lower", 1)]
    make_stock(product=pot, location=make_location(), units=3)
    second = basket_view(shop=shop, basket_id=basket_id, at=AT).lines[1]
    assert [(each.code, each.fix) for each in second.problems] == [("basket.taken_by_other_lines", "remove")]
    make_stock(product=pot, location=make_location(), units=1)
    first, second = basket_view(shop=shop, basket_id=basket_id, at=AT).lines
    assert [each.code for each in first.problems] == ["basket.not_enough"]
    assert [each.code for each in second.problems] == ["basket.sold_out"]


def test_placing_refuses_the_line_that_what_is_left_does_not_cover():
    shop = make_trading_shop()
    pot, lid = make_item(shop=shop, units=6, sku="POT"), make_item(shop=shop, units=9, sku="LID")
    kit = make_kit(shop=shop, components=[(pot, 2), (lid, 1)], sku="KIT")
    checkout = make_checkout(shop=shop, items=[(pot, 2), (kit, 2)])
    make_stock(product=pot, location=make_location(), units=5)
    with pytest.raises(NotEnough) as refusal:
        checkout.place()
    assert (refusal.value.params["left"], refusal.value.params["wanted"]) == (1, 2)
    make_stock(product=pot, location=make_location(), units=3)
    with pytest.raises(TakenByOtherLines):
        checkout.place(idempotency_key="again")
    make_stock(product=pot, location=make_location(), units=0)
    with pytest.raises(SoldOut):
        checkout.place(idempotency_key="once more")
    assert not Order.objects.exists()
    make_stock(product=pot, location=make_location(), units=6)
    checkout.place(idempotency_key="at last")
    assert StockLevel.objects.get(product=pot).reserved == 6
    assert Reservation.objects.filter(level__product=pot).count() == 1
    assert broken() == []


def test_one_component_given_back_is_refunded_by_its_share_and_the_rest_completes_it():
    shop = make_trading_shop()
    pot = make_item(shop=shop, price="20.00", sku="POT")
    lid = make_item(shop=shop, price="5.00", sku="LID")
    kit = make_kit(shop=shop, components=[(pot, 1), (lid, 3)], price="30.00", sku="KIT")
    order = make_arrived(shop=shop, items=[(kit, 1), (lid, 1)])
    lines = {(line.partner_sku, line.kit_id is not None): line for line in order.lines.all()}
    assert {key: line.line_price_incl_tax for key, line in lines.items()} == {
        ("POT", True): Decimal("17.14"),
        ("LID", True): Decimal("12.86"),
        ("LID", False): Decimal("5.00"),
    }
    give_back(order, {lines["LID", True].pk: 1})
    assert Refund.objects.get().amount_minor == 429
    give_back(order, {lines["LID", True].pk: 2, lines["POT", True].pk: 1, lines["LID", False].pk: 1})
    assert sum(Refund.objects.values_list("amount_minor", flat=True)) == 3500 + 490
    assert broken(at=LATER + timedelta(days=4)) == []


def give_back(order, units):
    at = LATER + timedelta(days=3)
    made = returns.declare_withdrawal(
        order_id=order.pk, units=units, name="D", email="d@example.com", by="shopper", at=at
    )
    found = {line.pk: returns.Found(sellable=line.quantity) for line in made.lines.all()}
    returns.inspect_return(return_id=made.pk, found=found, location_id=make_location().pk, note="", by="user:9", at=at)
    drain_outbox(at=at)


@pytest.mark.parametrize("lines", [1, 3])
def test_a_basket_of_kits_costs_as_many_statements_as_any(lines, django_assert_num_queries):
    shop = make_trading_shop()
    pot, lid = make_item(shop=shop, units=90), make_item(shop=shop, units=90)
    made = [make_kit(shop=shop, components=[(pot, 1), (lid, n + 1)]) for n in range(lines)]
    basket_id = make_basket(shop=shop, items=[(kit, 1) for kit in made])
    basket_view(shop=shop, basket_id=basket_id, at=AT)
    with django_assert_num_queries(4):
        basket_view(shop=shop, basket_id=basket_id, at=AT)


def test_baskets_put_together_at_sign_in_keep_their_kits():
    shop = make_trading_shop()
    pot = make_item(shop=shop, units=9)
    kit = make_kit(shop=shop, components=[(pot, 2)])
    source, target = make_basket(shop=shop, items=[(kit, 1)]), make_basket(shop=shop, items=[(kit, 1), (pot, 1)])
    baskets.merge(shop=shop, source_id=source, source_owner_id=None, owner_id=None, target_id=target, at=AT)
    view = basket_view(shop=shop, basket_id=target, at=AT)
    assert [(line.product_id, line.quantity) for line in view.lines] == [(kit.pk, 2), (pot.pk, 1)]


def test_a_kit_that_is_changed_later_leaves_orders_as_they_were():
    shop = make_trading_shop()
    pot, lid = make_item(shop=shop, sku="POT"), make_item(shop=shop, sku="LID")
    kit = make_kit(shop=shop, components=[(pot, 1), (lid, 1)])
    placed = make_checkout(shop=shop, items=[(kit, 1)]).place()
    before = amounts(placed.order_id)
    kit.components.all().delete()
    assert amounts(placed.order_id) == before
    assert broken() == []
