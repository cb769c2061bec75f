"""Staff limited to a brand or a market: what lies beyond is a 404 and counts nowhere."""

import pytest
from django.db import IntegrityError
from django.urls import reverse

from apps.accounts.models import StaffScope
from apps.accounts.queries import Reach, reach_of
from apps.backoffice.queries import today
from apps.orders.models import Fulfilment, Order
from tests.factories import orders as make
from tests.factories.markets import make_market
from tests.factories.staff import make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def foreign():
    """An order of a brand the person does not work for, with its payment."""
    shop = make.make_trading_shop()
    placed = make.make_checkout(shop=shop, items=[(make.make_item(shop=shop, sku="FAR"), 1)]).place(
        payment_method="bank_transfer", idempotency_key="far"
    )
    return Order.objects.get(number=placed.number)


@pytest.fixture
def desk(client):
    """The order desk of Volt."""
    user = make_staff(group="order desk")
    StaffScope.objects.create(user=user, brand=make_market(brand="volt", country="DE").brand)
    client.force_login(user)
    return client


def test_reach_without_limits_is_the_whole_group():
    assert reach_of(user=make_staff()) == Reach(None, None)


def test_reach_of_a_brand_holds_all_its_markets_in_one_statement(django_assert_num_queries):
    german, french = (make_market(brand="volt", country=country) for country in ("DE", "FR"))
    make_market(brand="halles")
    user = make_staff()
    StaffScope.objects.create(user=user, brand=german.brand)
    with django_assert_num_queries(1):
        first, second = reach_of(user=user), reach_of(user=user)
    assert first == second == Reach((german.pk, french.pk), (german.brand_id,))


def test_reach_of_a_market_is_that_market_alone():
    german = make_market(brand="volt", country="DE")
    make_market(brand="volt", country="FR")
    user = make_staff()
    StaffScope.objects.create(user=user, market=german)
    assert reach_of(user=user) == Reach((german.pk,), (german.brand_id,))


def test_limit_of_neither_brand_nor_market_is_refused_by_the_database():
    with pytest.raises(IntegrityError, match="staff_scope_brand_or_market"):
        StaffScope.objects.create(user=make_staff())


@pytest.mark.parametrize(
    "page", ["order_order_change", "order_payment_change", "order_payment_transfer", "order_payment_refund"]
)
def test_foreign_page_and_button_are_not_found(desk, foreign, page):
    pk = foreign.pk if page.startswith("order_order") else foreign.payments.get().pk
    answer = desk.get(reverse(f"admin:{page}", args=[pk]))
    # Django's own pages lead to the first page with the word that no such row exists.
    assert answer.status_code == 404 or (answer.status_code, answer.url) == (302, reverse("admin:index"))


@pytest.mark.parametrize("model", ["order", "payment", "fulfilment", "maillog", "paymentnotice"])
def test_foreign_rows_are_in_no_list_search_or_count(desk, foreign, model):
    page = desk.get(reverse(f"admin:order_{model}_changelist"), {"q": foreign.number})
    assert (page.status_code, page.context["cl"].result_count) == (200, 0)


def test_foreign_fulfilment_buttons_are_not_found(desk, foreign):
    for fulfilment in Fulfilment.objects.all():
        for name in ("pick", "ship", "deliver", "tracking", "change"):
            assert desk.get(reverse(f"admin:order_fulfilment_{name}", args=[fulfilment.pk])).status_code == 404


def test_own_rows_are_shown(client, foreign):
    user = make_staff(group="order desk")
    StaffScope.objects.create(user=user, market=foreign.market)
    client.force_login(user)
    assert client.get(reverse("admin:order_order_change", args=[foreign.pk])).status_code == 200
    assert client.get(reverse("admin:order_order_changelist")).context["cl"].result_count == 1


def test_figures_count_the_markets_in_reach_only(foreign):
    near, far = [foreign.market_id], [make_market(brand="volt", country="DE").pk]
    at = foreign.date_placed
    assert [row.orders for row in today.sales(at=at, market_ids=near)] == [1]
    assert today.sales(at=at, market_ids=far) == []
    late = foreign.expires_at.replace(year=foreign.expires_at.year + 1)
    for ids, count in ((near, 1), (far, 0)):
        found = {row.kind: row.count for row in today.stuck(at=late, market_ids=ids, brand_ids=[])}
        assert (found["unpaid"], found["payment"]) == (count, count)


def test_first_page_of_limited_staff_opens(desk, foreign):
    page = desk.get(reverse("admin:index"))
    assert (page.status_code, page.context["sales"], page.context["low"]) == (200, [], [])
