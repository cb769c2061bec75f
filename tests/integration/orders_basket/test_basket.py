"""The basket: adding, changing, merging, problems with their way out, offers and vouchers, statement counts."""

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from apps.core.money import from_minor
from apps.orders import tokens
from apps.orders.basket import operations as baskets
from apps.orders.basket.data import Fix
from apps.orders.basket.queries import basket_view, find_basket, pieces
from apps.orders.errors import (
    BasketNotFound,
    NotEnough,
    NotSoldHere,
    QuantityRefused,
    SoldOut,
    VoucherNeedsAccount,
    VoucherNotActive,
    VoucherNotApplicable,
    VoucherUnknown,
    VoucherUsedUp,
)
from apps.orders.models import OfferMarket, VoucherSlot
from apps.orders.placement import give_back_vouchers
from apps.oscar.basket.models import Basket, Line
from tests.factories.catalog import make_product
from tests.factories.orders import (
    AT,
    make_basket,
    make_checkout,
    make_item,
    make_location,
    make_offer,
    make_stock,
    make_trading_shop,
    make_voucher,
    reprice,
    sell_in,
)

pytestmark = pytest.mark.django_db


def euros(minor):
    return from_minor(minor, "EUR")


def make_user(email="demo@example.com"):
    return get_user_model().objects.create(email=email)


def contents(basket_id):
    return dict(Line.objects.filter(basket_id=basket_id).values_list("product_id", "quantity"))


def add(shop, basket_id, product, quantity, owner_id=None):
    return baskets.add_line(
        shop=shop, basket_id=basket_id, owner_id=owner_id, product_id=product.pk, quantity=quantity, at=AT
    )


def view(shop, basket_id):
    return basket_view(shop=shop, basket_id=basket_id, at=AT)


def statements(captured):
    return [query["sql"] for query in captured if "SAVEPOINT" not in query["sql"]]


def test_add_line_twice_sums_the_quantity_on_one_line():
    shop = make_trading_shop()
    kettle = make_item(shop=shop)
    basket_id = make_basket(shop=shop, items=[(kettle, 2)])

    assert add(shop, basket_id, kettle, 3) == 5
    assert contents(basket_id) == {kettle.pk: 5}
    assert pieces(basket_id=basket_id) == 5


@pytest.mark.parametrize("quantity", [0, -1, 1000, 10**30, 1.5, "2", True, None])
def test_add_line_with_a_quantity_that_is_none_is_refused(quantity):
    shop = make_trading_shop()
    kettle = make_item(shop=shop)
    basket_id = make_basket(shop=shop, items=[])

    with pytest.raises(QuantityRefused):
        add(shop, basket_id, kettle, quantity)

    assert contents(basket_id) == {}


def test_add_line_beyond_the_limit_together_with_what_is_there_is_refused():
    shop = make_trading_shop()
    kettle = make_item(shop=shop, units=5000)
    basket_id = make_basket(shop=shop, items=[(kettle, 990)])

    with pytest.raises(QuantityRefused):
        add(shop, basket_id, kettle, 10)

    assert contents(basket_id) == {kettle.pk: 990}


def test_add_line_more_than_is_left_names_what_is_left():
    shop = make_trading_shop()
    kettle = make_item(shop=shop, units=3)
    basket_id = make_basket(shop=shop, items=[(kettle, 2)])

    with pytest.raises(NotEnough) as refused:
        add(shop, basket_id, kettle, 2)

    assert refused.value.params["left"] == 3


def test_add_line_of_something_sold_out_or_not_sold_here_is_refused():
    shop = make_trading_shop()
    gone, unpriced = make_item(shop=shop, units=0), make_item(shop=shop, price=None)
    unpublished = make_product(brands=["halles"])
    basket_id = make_basket(shop=shop, items=[])

    for product, refusal in [(gone, SoldOut), (unpriced, NotSoldHere), (unpublished, NotSoldHere)]:
        with pytest.raises(refusal):
            add(shop, basket_id, product, 1)

    assert contents(basket_id) == {}


def test_change_quantity_to_zero_removes_the_line_and_a_foreign_line_is_not_found():
    shop = make_trading_shop()
    kettle = make_item(shop=shop)
    mine, other = make_basket(shop=shop, items=[(kettle, 2)]), make_basket(shop=shop, items=[(kettle, 1)])
    my_line, other_line = Line.objects.get(basket_id=mine).pk, Line.objects.get(basket_id=other).pk
    change = {"shop": shop, "basket_id": mine, "owner_id": None, "at": AT}

    with pytest.raises(BasketNotFound):
        baskets.change_quantity(line_id=other_line, quantity=0, **change)
    baskets.change_quantity(line_id=my_line, quantity=4, **change)
    assert contents(mine) == {kettle.pk: 4}
    baskets.change_quantity(line_id=my_line, quantity=0, **change)

    assert contents(mine) == {}
    assert contents(other) == {kettle.pk: 1}


def test_every_verb_on_the_basket_of_an_account_is_refused_to_others():
    shop = make_trading_shop()
    kettle = make_item(shop=shop)
    owner, stranger = make_user(), make_user("other@example.com")
    basket_id = make_basket(shop=shop, items=[(kettle, 1)], owner_id=owner.pk)
    line_id = Line.objects.get().pk

    for by in (None, stranger.pk):
        scope = {"shop": shop, "basket_id": basket_id, "owner_id": by}
        verbs = [
            lambda scope=scope: baskets.add_line(product_id=kettle.pk, quantity=1, at=AT, **scope),
            lambda scope=scope: baskets.change_quantity(line_id=line_id, quantity=5, at=AT, **scope),
            lambda scope=scope: baskets.remove_line(line_id=line_id, **scope),
            lambda scope=scope: baskets.apply_voucher(code="X", at=AT, **scope),
            lambda scope=scope: baskets.remove_voucher(code="X", **scope),
            lambda scope=scope: baskets.accept_prices(at=AT, **scope),
        ]
        for verb in verbs:
            with pytest.raises(BasketNotFound):
                verb()

    assert contents(basket_id) == {kettle.pk: 1}


def test_find_basket_by_token_opens_only_open_baskets_of_nobody_in_this_market():
    shop = make_trading_shop()
    owner = make_user()
    anonymous = make_basket(shop=shop, items=[])
    owned = make_basket(shop=shop, items=[], owner_id=owner.pk)

    assert find_basket(shop=shop, owner_id=None, token=tokens.basket_token(anonymous)) == anonymous
    assert find_basket(shop=shop, owner_id=None, token=tokens.basket_token(owned)) is None
    assert find_basket(shop=shop, owner_id=None, token=f"{anonymous}~forged") is None
    assert find_basket(shop=shop, owner_id=owner.pk) == owned
    belgian = make_trading_shop(country="BE")
    assert find_basket(shop=belgian, owner_id=None, token=tokens.basket_token(anonymous)) is None
    with pytest.raises(BasketNotFound):
        view(belgian, anonymous)


def test_basket_view_shows_each_problem_with_its_way_out():
    shop = make_trading_shop()
    fewer, gone, dearer, hidden = (make_item(shop=shop, price="10.00", units=5) for _ in range(4))
    basket_id = make_basket(shop=shop, items=[(fewer, 4), (gone, 1), (dearer, 1), (hidden, 1)])
    make_stock(product=fewer, location=make_location(), units=3)
    make_stock(product=gone, location=make_location(), units=0)
    reprice(product=dearer, price="12.50")
    hidden.publications.all().delete()

    shown = view(shop, basket_id)

    found = [(problem.code, problem.blocking, problem.fix, problem.fix_quantity) for _, problem in shown.problems]
    assert found == [
        ("basket.not_enough", True, Fix.LOWER, 3),
        ("basket.sold_out", True, Fix.REMOVE, None),
        ("basket.price_changed", False, Fix.ACCEPT, None),
        ("basket.not_sold_here", True, Fix.REMOVE, None),
    ]
    assert shown.problems[2][1].refusal.params["old"] == "10,00\xa0€"
    assert shown.can_be_ordered is False
    # What cannot be bought is not counted: 4 × 10.00 + 12.50 + 4.90.
    assert shown.total == euros(4000 + 1250 + 490)


def test_accept_prices_ends_the_notice():
    shop = make_trading_shop()
    kettle = make_item(shop=shop, price="10.00")
    basket_id = make_basket(shop=shop, items=[(kettle, 1)])
    reprice(product=kettle, price="12.50")
    assert len(view(shop, basket_id).problems) == 1

    baskets.accept_prices(shop=shop, basket_id=basket_id, owner_id=None, at=AT)

    assert view(shop, basket_id).problems == ()
    assert view(shop, basket_id).can_be_ordered is True


def test_merge_adds_quantities_up_to_the_limit_and_loses_nothing():
    shop = make_trading_shop()
    kettle, cup, pan = (make_item(shop=shop, units=2000) for _ in range(3))
    owner = make_user()
    source = make_basket(shop=shop, items=[(kettle, 2), (cup, 600)])
    target = make_basket(shop=shop, items=[(cup, 600), (pan, 1)], owner_id=owner.pk)
    make_voucher(code="HELLO")
    baskets.apply_voucher(shop=shop, basket_id=source, owner_id=None, code="hello", at=AT)

    merged = [
        baskets.merge(shop=shop, source_id=source, source_owner_id=None, owner_id=owner.pk, at=AT) for _ in range(2)
    ]

    assert merged == [target, target]
    assert contents(target) == {cup.pk: 999, pan.pk: 1, kettle.pk: 2}
    assert Basket.objects.get(pk=source).status == "Merged"
    assert [voucher.code for voucher in view(shop, target).vouchers] == ["HELLO"]


def test_merge_never_takes_the_basket_of_another_account():
    shop = make_trading_shop()
    kettle = make_item(shop=shop)
    victim, thief = make_user(), make_user("other@example.com")
    source = make_basket(shop=shop, items=[(kettle, 1)], owner_id=victim.pk)

    target = baskets.merge(shop=shop, source_id=source, source_owner_id=None, owner_id=thief.pk, at=AT)

    assert contents(target) == {}
    assert contents(source) == {kettle.pk: 1}


def test_merge_into_another_market_prices_anew_and_says_what_is_not_sold_there():
    french = make_trading_shop()
    british = make_trading_shop(country="GB", currency="GBP", language="en")
    kettle, cup = make_item(shop=french, price="10.00"), make_item(shop=french, price="5.00")
    sell_in(product=kettle, shop=british, price="9.00")
    source = make_basket(shop=french, items=[(kettle, 1), (cup, 2)])
    target = make_basket(shop=british, items=[])

    baskets.merge(shop=british, source_id=source, source_owner_id=None, owner_id=None, target_id=target, at=AT)

    shown = view(british, target)
    assert [str(line.unit) for line in shown.lines] == ["9.00 GBP", "None"]
    assert [problem.code for _, problem in shown.problems] == ["basket.not_sold_here"]
    assert [line.quantity for line in shown.lines] == [1, 2]


def test_basket_has_one_open_per_account_and_market():
    shop = make_trading_shop()
    owner = make_user()

    first, second = (baskets.open_basket(shop=shop, owner_id=owner.pk, at=AT) for _ in range(2))

    assert first == second


def test_offer_in_percent_is_spread_over_its_lines_to_the_cent():
    shop = make_trading_shop()
    kettle, cup, pan = make_item(shop=shop, price="9.99"), make_item(shop=shop, price="0.05"), make_item(shop=shop)
    make_offer(benefit=("Percentage", "15"), products=[kettle, cup])
    basket_id = make_basket(shop=shop, items=[(kettle, 1), (cup, 3), (pan, 1)])

    shown = view(shop, basket_id)

    # 15 % of 10.14 is 1.521, rounded down to 1.52.
    assert shown.totals.discount == euros(152)
    assert [line.totals.discount for line in shown.lines] == [euros(150), euros(2), euros(0)]


def test_offer_of_an_amount_is_only_for_the_default_currency_unless_told_otherwise():
    french = make_trading_shop()
    british = make_trading_shop(country="GB", currency="GBP", language="en")
    kettle = make_item(shop=french, price="20.00")
    sell_in(product=kettle, shop=british, price="20.00")
    offer = make_offer(benefit=("Absolute", "5"), max_basket_applications=1)
    shops = {shop.market.code: make_basket(shop=shop, items=[(kettle, 1)]) for shop in (french, british)}

    def discounts():
        from apps.orders.basket.known_offers import forget_offers

        forget_offers()
        return [str(view(shop, shops[shop.market.code]).totals.discount) for shop in (french, british)]

    assert discounts() == ["5.00 EUR", "0.00 GBP"]
    OfferMarket.objects.create(offer=offer, market_id=british.market.id)
    assert discounts() == ["0.00 EUR", "5.00 GBP"]


def test_offer_buy_three_cheapest_free():
    shop = make_trading_shop()
    kettle, cup = make_item(shop=shop, price="10.00"), make_item(shop=shop, price="4.00")
    make_offer(benefit=("Multibuy", "1"), condition=("Count", "3"))
    basket_id = make_basket(shop=shop, items=[(kettle, 2), (cup, 1)])

    assert view(shop, basket_id).totals.discount == euros(400)


def test_offer_on_delivery_lowers_the_charge():
    shop = make_trading_shop()
    make_offer(benefit=("Shipping percentage", "100"), condition=("Count", "2"))
    basket_id = make_basket(shop=shop, items=[(make_item(shop=shop, price="10.00"), 2)])

    shown = view(shop, basket_id)

    assert (shown.totals.delivery.before, shown.totals.delivery.discount, shown.total) == (
        euros(490),
        euros(490),
        euros(2000),
    )


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"end_datetime": AT - timedelta(hours=1)}, VoucherNotActive),
        ({"start_datetime": AT + timedelta(hours=1)}, VoucherNotActive),
        ({"usage": "Once per customer"}, VoucherNeedsAccount),
    ],
)
def test_apply_voucher_that_cannot_be_used_says_why_and_is_not_kept(fields, refusal):
    shop = make_trading_shop()
    basket_id = make_basket(shop=shop, items=[(make_item(shop=shop), 1)])
    make_voucher(code="CODE", **fields)

    with pytest.raises(refusal):
        baskets.apply_voucher(shop=shop, basket_id=basket_id, owner_id=None, code="code", at=AT)

    assert view(shop, basket_id).vouchers == ()


@pytest.mark.parametrize("code", ["", "   ", "NO-SUCH", "x" * 5000, "nul\x00"])
def test_apply_voucher_nobody_made_is_unknown(code):
    shop = make_trading_shop()
    basket_id = make_basket(shop=shop, items=[])

    with pytest.raises(VoucherUnknown):
        baskets.apply_voucher(shop=shop, basket_id=basket_id, owner_id=None, code=code, at=AT)


def test_voucher_that_nothing_meets_is_kept_with_its_reason():
    shop = make_trading_shop()
    basket_id = make_basket(shop=shop, items=[(make_item(shop=shop, price="10.00"), 1)])
    make_voucher(code="BIG", offer=make_offer(condition=("Value", "50"), offer_type="Voucher"))

    baskets.apply_voucher(shop=shop, basket_id=basket_id, owner_id=None, code="BIG", at=AT)

    shown = view(shop, basket_id)
    assert isinstance(shown.vouchers[0].reason, VoucherNotApplicable)
    assert shown.totals.discount == euros(0)


@pytest.mark.parametrize(
    ("condition", "reason"),
    [
        (("Value", "50"), ("VoucherNeedsMore", {"code": "GAP", "amount": "39,96\xa0€"})),
        (("Count", "3"), ("VoucherNeedsItems", {"code": "GAP", "count": 2})),
        (("Coverage", "2"), ("VoucherNeedsItems", {"code": "GAP", "count": 1})),
    ],
)
def test_voucher_that_misses_something_names_the_gap_and_applies_once_it_is_closed(condition, reason):
    shop = make_trading_shop()
    kettle, pot = (make_item(shop=shop, price="10.04", units=20) for _ in range(2))
    basket_id = make_basket(shop=shop, items=[(kettle, 1)])
    make_voucher(code="GAP", offer=make_offer(condition=condition, offer_type="Voucher"))
    baskets.apply_voucher(shop=shop, basket_id=basket_id, owner_id=None, code="GAP", at=AT)

    said = view(shop, basket_id).vouchers[0].reason
    assert (type(said).__name__, said.params) == reason
    for product in (kettle, pot):
        baskets.add_line(shop=shop, basket_id=basket_id, owner_id=None, product_id=product.pk, quantity=4, at=AT)
    assert view(shop, basket_id).vouchers[0].reason is None


def test_voucher_for_other_goods_another_market_or_beaten_goods_says_which():
    shop = make_trading_shop()
    kettle, pot = (make_item(shop=shop, price="10.00") for _ in range(2))
    basket_id = make_basket(shop=shop, items=[(kettle, 1)])
    away = make_trading_shop(country="BE")
    elsewhere = make_offer(offer_type="Voucher")
    OfferMarket.objects.create(offer=elsewhere, market_id=away.market.id)
    make_offer(priority=9)  # takes every item before any voucher does
    make_voucher(code="AWAY", offer=elsewhere)
    make_voucher(code="POTS", offer=make_offer(products=[pot], offer_type="Voucher"))
    make_voucher(code="LATE", offer=make_offer(offer_type="Voucher"))
    for code in ("AWAY", "POTS", "LATE"):
        baskets.apply_voucher(shop=shop, basket_id=basket_id, owner_id=None, code=code, at=AT)

    reasons = {voucher.code: type(voucher.reason).__name__ for voucher in view(shop, basket_id).vouchers}
    assert reasons == {"AWAY": "VoucherElsewhere", "POTS": "VoucherNotApplicable", "LATE": "VoucherBeaten"}


def test_voucher_once_per_customer_is_refused_to_the_same_account_and_free_again_when_the_order_expires():
    shop = make_trading_shop()
    kettle = make_item(shop=shop)
    owner = make_user()
    make_voucher(code="MINE", usage="Once per customer")
    placed = make_checkout(shop=shop, items=[(kettle, 1)], owner_id=owner.pk, vouchers=("MINE",)).place()
    assert VoucherSlot.objects.get().slot == f"customer:{owner.pk}"

    with pytest.raises(VoucherUsedUp):
        make_checkout(shop=shop, items=[(kettle, 1)], owner_id=owner.pk, vouchers=("MINE",))
    assert [give_back_vouchers(order_id=placed.order_id) for _ in range(2)] == [1, 0]

    basket_id = find_basket(shop=shop, owner_id=owner.pk)
    baskets.apply_voucher(shop=shop, basket_id=basket_id, owner_id=owner.pk, code="MINE", at=AT)
    assert view(shop, basket_id).vouchers[0].reason is None


@pytest.mark.parametrize("line_count", [1, 3])
def test_basket_view_statement_count_is_constant(line_count):
    shop = make_trading_shop()
    basket_id = make_basket(shop=shop, items=[(make_item(shop=shop), 1) for _ in range(line_count)])
    make_offer()
    make_voucher(code="V")
    baskets.apply_voucher(shop=shop, basket_id=basket_id, owner_id=None, code="V", at=AT)
    view(shop, basket_id)

    with CaptureQueriesContext(connection) as captured:
        view(shop, basket_id)

    assert len(statements(captured)) == 5


@pytest.mark.parametrize("line_count", [1, 3])
def test_add_line_statement_count_is_constant(line_count):
    shop = make_trading_shop()
    basket_id = make_basket(shop=shop, items=[(make_item(shop=shop), 1) for _ in range(line_count)])
    product = make_item(shop=shop)

    with CaptureQueriesContext(connection) as captured:
        add(shop, basket_id, product, 1)

    assert len(statements(captured)) == 6


@pytest.mark.parametrize("quantity", [0, 1000])
def test_database_refuses_a_basket_quantity_out_of_range(quantity):
    shop = make_trading_shop()
    make_basket(shop=shop, items=[(make_item(shop=shop), 1)])

    with pytest.raises(IntegrityError), transaction.atomic():
        Line.objects.update(quantity=quantity)


def test_database_refuses_a_second_use_of_a_voucher():
    shop = make_trading_shop()
    make_voucher(code="ONE")
    make_checkout(shop=shop, items=[(make_item(shop=shop), 1)], vouchers=("ONE",)).place()
    slot = VoucherSlot.objects.get()

    with pytest.raises(IntegrityError), transaction.atomic():
        VoucherSlot.objects.create(voucher=slot.voucher, slot=slot.slot, order=slot.order, taken_at=AT)
