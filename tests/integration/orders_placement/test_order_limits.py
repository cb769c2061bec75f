"""How much one order may be for: amounts of the market, steps and most of a product, and who may buy it."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from apps.catalog.models import Product
from apps.core.idempotency import IdempotencyConflict
from apps.markets.models import Market
from apps.markets.queries import forget_snapshot, shop_for_market
from apps.orders import synthetic
from apps.orders.basket import limits
from apps.orders.basket import operations as baskets
from apps.orders.basket.queries import basket_view
from apps.orders.errors import AgeNotConfirmed, NotInSteps, OrderTooLarge, OrderTooSmall, TooManyPerOrder
from apps.orders.models import Order
from tests.factories.catalog import make_product
from tests.factories.orders import (
    AT,
    make_basket,
    make_checkout,
    make_item,
    make_kit,
    make_offer,
    make_trading_shop,
)

pytestmark = pytest.mark.django_db


def limited(**fields):
    shop = make_trading_shop()
    Market.objects.filter(pk=shop.market.id).update(**fields)
    forget_snapshot()
    return shop_for_market(market_code=shop.market.code, language=shop.language)


@pytest.mark.parametrize(
    ("quantity", "step", "most", "refused", "nearest"),
    [
        (1, 1, None, None, None),
        (12, 6, None, None, None),
        (7, 6, None, NotInSteps, 6),
        (5, 6, None, NotInSteps, 6),
        (3, 1, 3, None, None),
        (4, 1, 3, TooManyPerOrder, 3),
        (12, 6, 15, None, None),
        (18, 6, 15, TooManyPerOrder, 12),
        (13, 6, 15, TooManyPerOrder, 12),
    ],
)
def test_quantities_that_are_sold_and_the_nearest_that_is(quantity, step, most, refused, nearest):
    found = limits.of_line(name="Wine", quantity=quantity, step=step, most=most)
    assert (found and (type(found[0]), found[1])) == (refused and (refused, nearest))


def test_a_basket_takes_only_whole_steps_up_to_the_most():
    shop = make_trading_shop()
    wine = make_item(shop=shop, units=90, order_step=6, order_most=15)
    with pytest.raises(NotInSteps):
        make_basket(shop=shop, items=[(wine, 4)])
    basket_id = make_basket(shop=shop, items=[(wine, 6)])
    with pytest.raises(TooManyPerOrder) as refusal:
        baskets.add_line(shop=shop, basket_id=basket_id, owner_id=None, product_id=wine.pk, quantity=12, at=AT)
    assert refusal.value.params["most"] == 12
    (line,) = basket_view(shop=shop, basket_id=basket_id, at=AT).lines
    with pytest.raises(NotInSteps):
        baskets.change_quantity(shop=shop, basket_id=basket_id, owner_id=None, line_id=line.id, quantity=7, at=AT)
    baskets.change_quantity(shop=shop, basket_id=basket_id, owner_id=None, line_id=line.id, quantity=12, at=AT)
    (line,) = basket_view(shop=shop, basket_id=basket_id, at=AT).lines
    assert (line.quantity, line.step, line.most, line.problems) == (12, 6, 15, ())


def test_limits_of_a_product_hold_for_its_variants():
    shop = make_trading_shop()
    family = make_product(structure="parent", order_step=2, order_most=4, minimum_age=18)
    red = make_item(shop=shop, parent=family, units=90)
    with pytest.raises(NotInSteps):
        make_basket(shop=shop, items=[(red, 3)])
    basket = basket_view(shop=shop, basket_id=make_basket(shop=shop, items=[(red, 4)]), at=AT)
    assert (basket.lines[0].most, basket.minimum_age) == (4, 18)


def test_a_limit_that_comes_later_is_a_problem_of_the_line_and_stops_the_order():
    shop = make_trading_shop()
    wine = make_item(shop=shop, units=90)
    checkout = make_checkout(shop=shop, items=[(wine, 5)])
    Product.objects.filter(pk=wine.pk).update(order_step=6)
    basket = basket_view(shop=shop, basket_id=checkout.basket_id, at=AT)
    (problem,) = basket.lines[0].problems
    assert (problem.code, problem.blocking, problem.fix_quantity) == ("basket.not_in_steps", True, 6)
    with pytest.raises(NotInSteps):
        checkout.place()
    assert not Order.objects.exists()


def test_orders_below_the_least_amount_say_what_is_missing():
    shop = limited(order_min_minor=2500)
    item = make_item(shop=shop, price="10.00")
    few, enough = make_basket(shop=shop, items=[(item, 2)]), make_basket(shop=shop, items=[(item, 3)])
    basket = basket_view(shop=shop, basket_id=few, at=AT)
    assert not basket.can_be_ordered
    assert str(basket.refusal.params["missing"]).replace("\u00a0", " ").replace("\u202f", " ") == "5,00 €"
    with pytest.raises(OrderTooSmall):
        make_checkout(shop=shop, items=[(item, 2)]).place()
    assert basket_view(shop=shop, basket_id=enough, at=AT).can_be_ordered
    # What counts is what the goods cost after discounts: 30.00 less 20 % is 24.00.
    make_offer(benefit=("Percentage", "20"))
    assert basket_view(shop=shop, basket_id=enough, at=AT).refusal.code == "basket.order_too_small"


def test_orders_above_the_most_amount_are_refused():
    shop = limited(order_max_minor=2500)
    item = make_item(shop=shop, price="10.00")
    make_checkout(shop=shop, items=[(item, 2)]).place()
    with pytest.raises(OrderTooLarge):
        make_checkout(shop=shop, items=[(item, 3)]).place()


def test_goods_sold_from_an_age_on_are_ordered_by_who_confirms_it():
    shop = make_trading_shop()
    knife = make_item(shop=shop, minimum_age=18)
    board = make_item(shop=shop)
    kit = make_kit(shop=shop, components=[(board, 1), (knife, 1)])
    for items in ([(knife, 1)], [(board, 1), (kit, 1)]):
        checkout = make_checkout(shop=shop, items=items)
        for said in (None, 16):
            with pytest.raises(AgeNotConfirmed):
                checkout.place(confirmed_age=said)
        placed = checkout.place(confirmed_age=18)
        assert Order.objects.get(pk=placed.order_id).confirmed_age == 18
        with pytest.raises(IdempotencyConflict):
            checkout.place(confirmed_age=21)
    plain = make_checkout(shop=shop, items=[(board, 1)]).place()
    assert Order.objects.get(pk=plain.order_id).confirmed_age is None


def test_the_database_and_the_forms_know_limits_that_do_not_fit():
    made = make_product()
    for values in ({"order_step": 0}, {"order_step": 6, "order_most": 5}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Product.objects.filter(pk=made.pk).update(**values)
    shop = make_trading_shop()
    row = Market.objects.get(pk=shop.market.id)
    row.order_min_minor, row.order_max_minor = 500, 400
    with pytest.raises(ValidationError, match="more than the most"):
        row.validate_constraints()


def test_synthetic_purchase_buys_what_the_limits_ask_for():
    shop = limited(order_min_minor=13_000)
    Market.objects.filter(pk=shop.market.id).update(payment_methods=["demo"])
    forget_snapshot()
    shop = shop_for_market(market_code=shop.market.code, language=shop.language)
    make_item(shop=shop, units=990, price="10.00", order_step=6, minimum_age=18)
    done = synthetic.buy(shop=shop, at=AT)
    assert done.failure == ""
    assert Order.objects.get().lines.get().quantity == 18
