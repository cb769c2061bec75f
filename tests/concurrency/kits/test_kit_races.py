"""
Kits and the goods they are made of, wanted by many at once, in real threads.

The guard is the stock level's lock and condition; its control is in orders_placement/test_placement_races.py.
"""

from collections import Counter

import pytest

from apps.inventory import queries as stock
from apps.inventory.models import StockLevel
from apps.orders.models import Line, Order
from tests.factories.orders import make_checkout, make_item, make_kit, make_trading_shop
from tests.race import race

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

REFUSALS = {"SoldOut", "NotEnough", "TakenByOtherLines"}


def test_last_component_is_sold_once_inside_a_kit_or_by_itself():
    shop = make_trading_shop()
    pot, lid = make_item(shop=shop, units=1), make_item(shop=shop, units=99)
    kit = make_kit(shop=shop, components=[(lid, 2), (pot, 1)])
    checkouts = [make_checkout(shop=shop, items=[((kit, pot)[n % 2], 1)]) for n in range(40)]
    for start in (0, 20):
        outcome = Counter(type(each).__name__ for each in race([c.placing() for c in checkouts[start : start + 20]]))
        assert outcome == ({"PlacedOrder": 1, "SoldOut": 19} if start == 0 else {"SoldOut": 20})
    level = StockLevel.objects.get(product=pot)
    assert (Order.objects.count(), level.on_hand, level.reserved) == (1, 1, 1)
    assert StockLevel.objects.get(product=lid).reserved in {0, 2}
    assert stock.check_ledger() == []


def test_kits_that_share_components_in_opposite_order_never_take_more_than_there_is():
    shop = make_trading_shop()
    pot, lid = make_item(shop=shop, units=13), make_item(shop=shop, units=17)
    many_pots = make_kit(shop=shop, components=[(pot, 2), (lid, 1)])
    many_lids = make_kit(shop=shop, components=[(lid, 2), (pot, 1)])
    baskets = [[(many_pots, 1)], [(many_lids, 1)], [(pot, 1), (many_lids, 1)], [(lid, 2)], [(many_pots, 1), (lid, 1)]]
    checkouts = [make_checkout(shop=shop, items=baskets[n % len(baskets)]) for n in range(20)]

    outcome = Counter(type(each).__name__ for each in race([checkout.placing() for checkout in checkouts]))

    assert set(outcome) <= {"PlacedOrder", *REFUSALS}
    assert sum(outcome.values()) == 20
    for product, units in ((pot, 13), (lid, 17)):
        sold = sum(Line.objects.filter(product=product).values_list("quantity", flat=True))
        assert StockLevel.objects.values_list("on_hand", "reserved").get(product=product) == (units, sold)
        assert sold <= units
    # Somebody was refused, so one of them is all but gone: less than what the smallest refused wanted.
    left = [level.free for level in StockLevel.objects.filter(product__in=[pot, lid])]
    assert min(left) <= 3
    assert stock.check_ledger() == []
