"""Delivery: what it costs, and the days it promises in the market's own calendar."""

from datetime import UTC, date, datetime, time

import pytest

from apps.core.money import from_minor
from apps.inventory.sourcing import queries
from apps.markets.models import Market
from apps.orders import delivery, sourcing, tokens
from apps.orders.basket.queries import basket_view
from apps.orders.errors import DeliveryRefused
from apps.orders.holidays import write_holidays
from apps.orders.models import DeliveryHoliday, DeliveryMethod
from tests.factories.orders import AT, make_basket, make_delivery_method, make_item, make_trading_shop

pytestmark = pytest.mark.django_db


def only_option(shop, at, goods=1000):
    delivery.forget_methods()
    return delivery.option(shop=shop, code="home", goods=from_minor(goods, "EUR"), at=at)


@pytest.mark.parametrize(
    ("at", "ships_on", "earliest", "latest"),
    [
        # Wednesday 11:00 in Paris, before the cut-off: shipped today.
        (datetime(2026, 11, 18, 10, 0, tzinfo=UTC), date(2026, 11, 18), date(2026, 11, 20), date(2026, 11, 23)),
        # Wednesday 14:00 in Paris is 13:00 UTC: the cut-off is the market's clock, so it is late.
        (datetime(2026, 11, 18, 13, 0, tzinfo=UTC), date(2026, 11, 19), date(2026, 11, 23), date(2026, 11, 24)),
        # Saturday ships on Monday.
        (datetime(2026, 11, 21, 8, 0, tzinfo=UTC), date(2026, 11, 23), date(2026, 11, 25), date(2026, 11, 26)),
        # 30 April, late: 1 May is a holiday and a Friday, so it ships on Monday; 8 May is none of the working days.
        (datetime(2026, 4, 30, 16, 0, tzinfo=UTC), date(2026, 5, 4), date(2026, 5, 6), date(2026, 5, 7)),
        # 23:30 UTC is already the next day in Paris.
        (datetime(2026, 11, 17, 23, 30, tzinfo=UTC), date(2026, 11, 18), date(2026, 11, 20), date(2026, 11, 23)),
    ],
)
def test_promise_counts_working_days_from_the_markets_own_clock(at, ships_on, earliest, latest):
    write_holidays(years=[2026])
    shop = make_trading_shop()
    DeliveryMethod.objects.update(cutoff=time(14, 0))

    promise = only_option(shop, at).promise

    assert (promise.ships_on, promise.earliest, promise.latest) == (ships_on, earliest, latest)


def test_option_is_free_from_its_threshold_and_says_what_is_missing_below():
    shop = make_trading_shop()
    DeliveryMethod.objects.update(free_from_minor=5000)

    below, at_threshold = only_option(shop, AT, goods=4999), only_option(shop, AT, goods=5000)

    assert (below.price, below.missing_for_free) == (from_minor(490, "EUR"), from_minor(1, "EUR"))
    assert (at_threshold.price, at_threshold.missing_for_free) == (from_minor(0, "EUR"), None)


def test_option_unknown_or_of_another_market_is_refused():
    shop = make_trading_shop()
    other = make_trading_shop(country="BE")
    make_delivery_method(market=Market.objects.get(pk=other.market.id), code="tram")

    with pytest.raises(DeliveryRefused):
        delivery.option(shop=shop, code="tram", goods=from_minor(1, "EUR"), at=AT)


def test_product_page_and_checkout_promise_the_same():
    shop = make_trading_shop()
    product = make_item(shop=shop)
    stock = queries.free_units(product_ids=[product.pk], market=shop.market)
    basket = basket_view(shop=shop, basket_id=make_basket(shop=shop, items=[(product, 1)]), at=AT)

    assert sourcing.promise_for_one(shop=shop, needs=[(product.pk, 1)], stock=stock, at=AT) == basket.delivery.promise


def test_holidays_follow_easter_and_are_safe_to_write_again():
    write_holidays(years=[2026, 2027])
    count = DeliveryHoliday.objects.count()
    write_holidays(years=[2026, 2027])

    assert DeliveryHoliday.objects.count() == count
    days = set(DeliveryHoliday.objects.filter(country="FR", day__year=2026).values_list("day", flat=True))
    assert {date(2026, 4, 6), date(2026, 5, 14), date(2026, 5, 25), date(2026, 7, 14)} <= days
    # 25 and 26 December 2027 are a weekend: England moves both.
    british = DeliveryHoliday.objects.filter(country="GB", day__year=2027, day__month=12)
    assert sorted(british.values_list("day", flat=True)) == [date(2027, 12, 27), date(2027, 12, 28)]


def test_order_numbers_find_a_wrong_character_and_swapped_neighbours():
    number = tokens.new_order_number(market_code="volt-de")
    assert number.startswith("VDE-")
    assert tokens.is_order_number(number.lower())
    body = number[4:12]
    wrong = ("2" if body[0] != "2" else "3") + body[1:]
    assert not tokens.is_order_number(number.replace(body, wrong))
    place = next((index for index in range(7) if body[index] != body[index + 1]), None)
    if place is not None:
        swapped = body[:place] + body[place + 1] + body[place] + body[place + 2 :]
        assert not tokens.is_order_number(number.replace(body, swapped))


def test_order_token_forged_or_of_a_basket_is_nobody():
    token = tokens.order_token("HFR-ABC")

    assert tokens.order_number(token) == "HFR-ABC"
    assert [tokens.order_number(text) for text in (token + "x", "HFR-ABC", "", "~", tokens.basket_token(1))] == [
        None
    ] * 5
    assert [tokens.basket_id(text) for text in ("1", "1~x", tokens.order_token("1"))] == [None] * 3
