"""Which offers go together: groups by their policy, exclusions, and the same answer whatever was put in first."""

from itertools import permutations

import pytest
from django.urls import reverse

from apps.orders.basket import known_offers
from apps.orders.basket.queries import basket_view
from apps.orders.basket.vouchers import apply_voucher
from apps.orders.models import OfferGroup, OfferStacking, Order
from tests.factories.orders import (
    AT,
    make_basket,
    make_checkout,
    make_item,
    make_offer,
    make_trading_shop,
    make_voucher,
)
from tests.factories.staff import make_staff

pytestmark = pytest.mark.django_db


def make_group(*offers, policy="best", name="Sales", bars=()):
    group = OfferGroup.objects.create(name=name, policy=policy)
    group.bars.set(bars)
    for offer in offers:
        OfferStacking.objects.create(offer=offer, group=group)
    known_offers.forget_offers()
    return group


def percent(value, *, name=None, **fields):
    return make_offer(name=name or f"{value} %", benefit=("Percentage", str(value)), **{"exclusive": False, **fields})


def priced(shop, *items):
    return basket_view(shop=shop, basket_id=make_basket(shop=shop, items=list(items)), at=AT)


def given(view):
    return {offer.name: offer.amount.minor for offer in view.offers}


def lost(view):
    return [(each.name, each.why, each.by) for each in view.offers_lost]


def test_best_of_a_group_is_given_alone_and_says_what_it_beat():
    shop = make_trading_shop()
    make_group(percent(10), percent(30), percent(20))

    view = priced(shop, (make_item(shop=shop), 1))

    assert given(view) == {"30 %": 300}
    assert [(each.name, each.why, each.by, str(each.amount)) for each in view.offers_lost] == [
        ("20 %", "beaten", "30 %", "2.00"), ("10 %", "beaten", "30 %", "1.00"),
    ]  # fmt: skip


def test_best_of_a_group_is_what_is_best_for_this_basket():
    shop = make_trading_shop()
    cup, pot = make_item(shop=shop, price="10.00"), make_item(shop=shop, price="80.00")
    make_group(percent(50, products=[cup]), percent(10, products=[pot]))

    assert given(priced(shop, (cup, 1))) == {"50 %": 500}
    assert given(priced(shop, (cup, 1), (pot, 1))) == {"10 %": 800}


def test_first_of_a_group_is_the_one_of_best_priority_that_applies():
    shop = make_trading_shop()
    pot = make_item(shop=shop)
    elsewhere = make_item(shop=shop)
    make_group(percent(30), percent(10, priority=5), percent(50, priority=9, products=[elsewhere]), policy="first")

    view = priced(shop, (pot, 1))

    assert (given(view), lost(view)) == ({"10 %": 100}, [("30 %", "beaten", "10 %")])


def test_offers_of_a_group_that_adds_up_are_all_given_as_are_those_without_one():
    shop = make_trading_shop()
    make_group(percent(10), percent(20), policy="accumulate")
    percent(5)

    assert given(priced(shop, (make_item(shop=shop), 1))) == {"10 %": 100, "20 %": 200, "5 %": 50}


def test_groups_that_exclude_each_other_never_come_together_whichever_names_the_other():
    shop = make_trading_shop()
    sales = make_group(percent(10, priority=9))
    make_group(percent(30), name="Clearance", policy="accumulate", bars=[sales])

    view = priced(shop, (make_item(shop=shop), 1))

    assert (given(view), lost(view)) == ({"10 %": 100}, [("30 %", "barred", "Sales")])


def test_group_that_gave_nothing_bars_nobody():
    shop = make_trading_shop()
    pot, other = make_item(shop=shop), make_item(shop=shop)
    sales = make_group(percent(10, priority=9, products=[other]))
    make_group(percent(30), name="Clearance", bars=[sales])

    assert given(priced(shop, (pot, 1))) == {"30 %": 300}


def test_trying_the_offers_of_a_group_leaves_no_trace_on_the_lines():
    shop = make_trading_shop()
    # Exclusive ones take the units they are given on; tried and beaten, they must not.
    make_group(percent(10, exclusive=True), percent(20, exclusive=True))
    make_offer(name="next", benefit=("Percentage", "1"), condition=("Count", "1"), priority=-1, exclusive=True)

    assert given(priced(shop, (make_item(shop=shop), 1))) == {"20 %": 200}


def test_offer_passes_over_goods_that_another_has_taken():
    shop = make_trading_shop()
    cheap, dear = make_item(shop=shop, price="5.00"), make_item(shop=shop, price="50.00")
    percent(50, priority=9, products=[cheap], exclusive=True)
    percent(10, exclusive=True)

    assert given(priced(shop, (cheap, 1), (dear, 1))) == {"50 %": 250, "10 %": 500}


def test_result_is_the_same_whatever_was_put_in_first():
    shop = make_trading_shop()
    # Equal prices, so that only the order could tell the lines apart; a third that does not divide.
    items = [(make_item(shop=shop, price="3.33"), 1) for _ in range(3)]
    make_offer(benefit=("Multibuy", "1"), condition=("Count", "2"), exclusive=True)
    make_offer(benefit=("Absolute", "1.00"), condition=("Count", "1"), priority=-1, exclusive=False)

    found = set()
    for order in permutations(items):
        view = priced(shop, *order)
        found.add(tuple(sorted((line.product_id, line.totals.discount.minor) for line in view.lines)))

    assert len(found) == 1


def test_code_that_its_group_sets_aside_says_that_another_offer_is_there():
    shop = make_trading_shop()
    code = percent(5, offer_type="Voucher")
    make_voucher(code="FIVE", offer=code)
    make_group(percent(30), code)

    basket_id = make_basket(shop=shop, items=[(make_item(shop=shop), 1)])
    apply_voucher(shop=shop, basket_id=basket_id, owner_id=None, code="FIVE", at=AT)

    (voucher,) = basket_view(shop=shop, basket_id=basket_id, at=AT).vouchers
    assert voucher.reason.code == "voucher.beaten"


def test_order_keeps_what_was_set_aside_and_staff_read_why(client):
    shop = make_trading_shop()
    make_group(percent(10, name="Small"), percent(30, name="Large"))
    placed = make_checkout(shop=shop, items=[(make_item(shop=shop), 2)]).place()
    order = Order.objects.get(pk=placed.order_id)

    assert [(each["name"], each["why"], each["by"], each["amount"]) for each in order.offers_lost] == [
        ("Small", "beaten", "Large", "2.00"),
    ]  # fmt: skip
    client.force_login(make_staff(group="order desk"))
    page = client.get(reverse("admin:order_order_change", args=[order.pk])).content.decode()
    assert "Small (−2,00\xa0€): another offer of its group was given: Large" in page


def test_groups_are_kept_by_merchandisers(client):
    offer = percent(10)
    client.force_login(make_staff(group="merchandiser"))

    answer = client.post(reverse("admin:order_offergroup_add"), {"name": "Sales", "policy": "first", "bars": []})

    assert (answer.status_code, OfferGroup.objects.get().policy) == (302, "first")
    page = client.get(reverse("admin:offer_conditionaloffer_change", args=[offer.pk])).content.decode()
    assert "stacking-0-group" in page


def test_hundred_offers_ask_as_much_as_three(django_assert_num_queries):
    shop = make_trading_shop()
    item = make_item(shop=shop)
    basket = make_basket(shop=shop, items=[(item, 1)])
    for count in (3, 30):
        make_group(*(percent(1 + n % 50, name=f"{count}-{n}") for n in range(count)), name=f"G{count}")
        basket_view(shop=shop, basket_id=basket, at=AT)
        with django_assert_num_queries(5):
            basket_view(shop=shop, basket_id=basket, at=AT)
