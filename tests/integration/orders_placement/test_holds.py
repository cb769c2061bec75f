"""Goods kept for those in the checkout: for a while, for them alone, and free again when the time is over."""

from datetime import timedelta

import pytest

from apps.accounts.models import User
from apps.core import books
from apps.inventory.models import Reservation, SourcingDecision, StockLevel
from apps.markets.models import Market
from apps.markets.queries import forget_snapshot, shop_for_market
from apps.orders.basket import operations as baskets
from apps.orders.basket.queries import basket_view
from apps.orders.errors import SoldOut
from apps.orders.holds import operations as holds
from apps.orders.models import Order, StockHold
from tests.factories.orders import AT, make_basket, make_checkout, make_item, make_location, make_trading_shop

pytestmark = pytest.mark.django_db
MINUTES = 15


@pytest.fixture
def shop():
    return make_trading_shop()


def always():
    return True


def keep(shop, basket_id, *, at=AT, postcode="", may_start=always):
    view = basket_view(shop=shop, basket_id=basket_id, at=at, postcode=postcode)
    return holds.keep(shop=shop, basket=view, postcode=postcode, at=at, may_start=may_start)


def kept(basket_id):
    """Units a basket's checkout holds."""
    rows = Reservation.objects.filter(reference=f"hold:{basket_id}", state="held")
    return sum(rows.values_list("quantity", flat=True))


def reserved(product):
    return sum(StockLevel.objects.filter(product=product).values_list("reserved", flat=True))


def assert_books_hold(at=AT):
    assert [(each.invariant.name, each.exceptions) for each in books.prove(at=at).broken] == []


def test_last_item_is_kept_for_who_is_in_the_checkout_and_sold_out_for_others(shop):
    kettle = make_item(shop=shop, units=1)
    mine, other = (make_checkout(shop=shop, items=[(kettle, 1)]) for _ in range(2))
    assert keep(shop, mine.basket_id) == AT + timedelta(minutes=MINUTES)
    assert (kept(mine.basket_id), reserved(kettle)) == (1, 1)
    # Mine is there for me, on every page that counts it.
    view = basket_view(shop=shop, basket_id=mine.basket_id, at=AT, delivery_code="home")
    assert (view.can_be_ordered, view.delivery.fits) == (True, True)
    assert not basket_view(shop=shop, basket_id=other.basket_id, at=AT).can_be_ordered
    assert keep(shop, other.basket_id) is None
    with pytest.raises(SoldOut):
        other.place()
    placed = mine.place()
    assert (kept(mine.basket_id), reserved(kettle)) == (0, 1)
    assert Reservation.objects.get(state="held").reference == f"order:{placed.number}"
    assert_books_hold()


def test_time_runs_from_the_first_step_and_goods_follow_the_basket(shop):
    kettle, pan = make_item(shop=shop), make_item(shop=shop)
    basket_id = make_basket(shop=shop, items=[(kettle, 1)])
    until = keep(shop, basket_id)
    later = AT + timedelta(minutes=5)
    baskets.add_line(shop=shop, basket_id=basket_id, owner_id=None, product_id=pan.pk, quantity=2, at=later)
    assert keep(shop, basket_id, at=later) == until
    assert (kept(basket_id), reserved(kettle), reserved(pan)) == (3, 1, 2)
    line = basket_view(shop=shop, basket_id=basket_id, at=later).lines[0]
    baskets.remove_line(shop=shop, basket_id=basket_id, owner_id=None, line_id=line.id)
    assert keep(shop, basket_id, at=later) == until
    assert (kept(basket_id), reserved(kettle), reserved(pan)) == (2, 0, 2)
    assert_books_hold()


@pytest.mark.parametrize("items", [1, 3])
def test_page_shown_again_costs_one_statement_and_keeps_nothing_more(shop, items, django_assert_num_queries):
    basket_id = make_basket(shop=shop, items=[(make_item(shop=shop), 1) for _ in range(items)])
    view = basket_view(shop=shop, basket_id=basket_id, at=AT)
    said = {"shop": shop, "basket": view, "postcode": "", "may_start": always}
    until = holds.keep(**said, at=AT)
    with django_assert_num_queries(1):
        assert holds.keep(**said, at=AT + timedelta(minutes=1)) == until
    assert kept(basket_id) == items


def test_goods_are_free_again_when_the_time_is_over(shop):
    kettle = make_item(shop=shop, units=1)
    basket_id = make_basket(shop=shop, items=[(kettle, 1)])
    until = keep(shop, basket_id)
    assert holds.end_due(at=until - timedelta(seconds=1)) == 0
    assert (holds.end_due(at=until), holds.end_due(at=until)) == (1, 0)
    assert (kept(basket_id), reserved(kettle)) == (0, 0)
    make_checkout(shop=shop, items=[(kettle, 1)]).place()
    assert_books_hold(at=until)


def test_hold_that_is_over_is_not_believed_before_anybody_ended_it(shop):
    kettle = make_item(shop=shop, units=1)
    basket_id = make_basket(shop=shop, items=[(kettle, 1)])
    until = keep(shop, basket_id)
    again = keep(shop, basket_id, at=until)
    assert again == until + timedelta(minutes=MINUTES)
    assert (kept(basket_id), StockHold.objects.get().starts) == (1, 2)


def test_who_never_orders_has_three_turns(shop):
    basket_id = make_basket(shop=shop, items=[(make_item(shop=shop), 1)])
    at, turns = AT, []
    for _ in range(5):
        turns.append(keep(shop, basket_id, at=at) is not None)
        at += timedelta(minutes=MINUTES)
        holds.end_due(at=at)
    assert turns == [True, True, True, False, False]
    assert kept(basket_id) == 0
    # The order is possible all the same: a hold is a courtesy.
    view = basket_view(shop=shop, basket_id=basket_id, at=at)
    assert view.can_be_ordered


def test_visitor_who_begins_too_often_keeps_nothing_and_may_order(shop):
    checkout = make_checkout(shop=shop, items=[(make_item(shop=shop), 1)])
    assert keep(shop, checkout.basket_id, may_start=lambda: False) is None
    assert not StockHold.objects.exists()
    checkout.place()
    assert Order.objects.count() == 1


def test_market_that_keeps_nothing_asks_nothing(shop, django_assert_num_queries):
    Market.objects.update(checkout_hold_minutes=0)
    forget_snapshot()
    shop = shop_for_market(market_code=shop.market.code, language=shop.language)
    basket_id = make_basket(shop=shop, items=[(make_item(shop=shop), 1)])
    view = basket_view(shop=shop, basket_id=basket_id, at=AT)
    with django_assert_num_queries(0):
        assert holds.keep(shop=shop, basket=view, postcode="", at=AT, may_start=always) is None


def test_more_than_there_is_keeps_what_was_kept_before(shop):
    kettle = make_item(shop=shop, units=3)
    basket_id = make_basket(shop=shop, items=[(kettle, 2)])
    until = keep(shop, basket_id)
    line = basket_view(shop=shop, basket_id=basket_id, at=AT).lines[0]
    baskets.change_quantity(shop=shop, basket_id=basket_id, owner_id=None, line_id=line.id, quantity=3, at=AT)
    more = basket_view(shop=shop, basket_id=basket_id, at=AT)
    make_checkout(shop=shop, items=[(kettle, 1)]).place()  # between the look and the hold
    assert holds.keep(shop=shop, basket=more, postcode="", at=AT, may_start=always) == until
    assert kept(basket_id) == 2
    assert_books_hold()


def test_guest_who_signs_in_half_way_through_keeps_the_last_item(shop):
    kettle = make_item(shop=shop, units=1)
    guests = make_basket(shop=shop, items=[(kettle, 1)])
    keep(shop, guests)
    owner = User.objects.create_user(email="owner@example.com")
    mine = baskets.merge(shop=shop, source_id=guests, source_owner_id=None, owner_id=owner.pk, at=AT)
    assert (kept(guests), reserved(kettle)) == (0, 0)
    assert keep(shop, mine) == AT + timedelta(minutes=MINUTES)
    assert kept(mine) == 1
    assert_books_hold()


def test_order_that_is_refused_leaves_the_hold_as_it_was(shop):
    kettle = make_item(shop=shop, units=1)
    checkout = make_checkout(shop=shop, items=[(kettle, 1)])
    keep(shop, checkout.basket_id)
    before = (StockHold.objects.values().get(), Reservation.objects.count())
    with pytest.raises(Exception, match="no longer"):
        checkout.place(delivery_code="gone")
    assert (StockHold.objects.values().get(), Reservation.objects.count()) == before
    assert kept(checkout.basket_id) == 1


def test_hold_takes_goods_where_the_rules_say_and_no_place_on_a_day():
    shop = make_trading_shop(locations=("main", "second"))
    make_location(code="second")
    kettle = make_item(shop=shop, units=1)
    basket_id = make_basket(shop=shop, items=[(kettle, 1)])
    keep(shop, basket_id)
    decision = SourcingDecision.objects.get(reference=f"hold:{basket_id}")
    assert (decision.cause, Reservation.objects.get().level.location.code) == ("held", "main")


def test_hold_that_outlives_its_time_breaks_the_books(shop):
    basket_id = make_basket(shop=shop, items=[(make_item(shop=shop), 1)])
    until = keep(shop, basket_id)
    late = until + timedelta(minutes=16)
    (found,) = books.prove(at=late, names=["orders.holds_end_in_time"]).broken
    assert found.exceptions[0].subject == f"hold:{basket_id}"
    holds.end_due(at=late)
    assert_books_hold(at=late)


def test_goods_that_went_between_page_and_hold_are_not_kept(shop):
    kettle = make_item(shop=shop, units=1)
    basket_id = make_basket(shop=shop, items=[(kettle, 1)])
    view = basket_view(shop=shop, basket_id=basket_id, at=AT)
    make_checkout(shop=shop, items=[(kettle, 1)]).place()
    assert holds.keep(shop=shop, basket=view, postcode="", at=AT, may_start=always) is None
    assert (StockHold.objects.count(), kept(basket_id)) == (0, 0)
