"""Stock's explanation and its buttons."""

import pytest
from django.urls import reverse

from apps.inventory.models import StockLevel
from tests.factories import orders as make
from tests.factories.staff import make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client):
    client.force_login(make_staff(group="order desk"))
    return client


@pytest.fixture
def level():
    shop = make.make_trading_shop()
    item = make.make_item(shop=shop, sku="CUP-1", units=5)
    make.make_checkout(shop=shop, items=[(item, 2)]).place()
    return StockLevel.objects.get(product=item)


def _post(desk, level, name, **said):
    answer = desk.post(reverse(f"admin:partner_stocklevel_{name}", args=[level.pk]), said)
    level.refresh_from_db()
    return answer


def test_explanation_shows_movements_promises_and_proof(desk, level):
    page = desk.get(reverse("admin:partner_stocklevel_change", args=[level.pk]))
    assert page.context["explanation"].proven
    assert [move["row"].kind for move in page.context["movements"]] == ["reserve", "count"]
    assert page.context["movements"][0]["row"].reserved_after == 2


def test_explanation_wrong_figure_is_said(desk, level):
    StockLevel.objects.filter(pk=level.pk).update(on_hand=9)
    assert not desk.get(reverse("admin:partner_stocklevel_change", args=[level.pk])).context["explanation"].proven


def test_receive_adds_units(desk, level):
    assert _post(desk, level, "receive", quantity=7, reference="D-1").status_code == 302
    assert level.on_hand == 12


def test_count_below_the_promises_is_refused(desk, level):
    assert _post(desk, level, "count", quantity=1).status_code == 409
    assert level.on_hand == 5


def test_count_sets_what_was_found(desk, level):
    assert _post(desk, level, "count", quantity=4, reason="inventory").status_code == 302
    assert level.on_hand == 4


def test_correct_without_reason_is_refused(desk, level):
    assert _post(desk, level, "correct", delta=-1, reason="").status_code == 200
    assert level.on_hand == 5


def test_correct_takes_units_with_a_reason(desk, level):
    assert _post(desk, level, "correct", delta=-1, reason="broken").status_code == 302
    assert level.on_hand == 4


def test_figures_cannot_be_posted_as_a_form(desk, level):
    desk.post(reverse("admin:partner_stocklevel_change", args=[level.pk]), {"on_hand": 99, "reserved": 0, "safety": 0})
    level.refresh_from_db()
    assert level.on_hand == 5


def test_receive_without_the_right_is_refused(client, level):
    client.force_login(make_staff(group="merchandiser"))
    assert _post(client, level, "receive", quantity=7, reference="D-1").status_code == 403
