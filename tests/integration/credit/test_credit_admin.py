"""Gift cards and store credit in the back office: issued with a code shown once, explained, corrected, blocked."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from apps.accounts.models import StaffScope, User
from apps.backoffice.operations import MERCHANDISER, ORDER_DESK, ensure_staff_groups
from apps.core import clock
from apps.core.models import AuditEvent
from apps.orders.credit import codes, queries
from apps.orders.models import CreditAccount, CreditMovement
from tests.factories.credit import balance, make_gift_card, make_store_credit
from tests.factories.orders import make_trading_shop
from tests.factories.staff import make_staff

pytestmark = pytest.mark.django_db
LIST = "admin:order_creditaccount_changelist"


@pytest.fixture
def shop():
    return make_trading_shop()


def signed_in(group, **scope):
    ensure_staff_groups()
    staff = make_staff(group=group, email=f"{group}{len(scope)}@example.com".replace(" ", "-").lower())
    if scope:
        StaffScope.objects.create(user=staff, **scope)
    client = Client(HTTP_HOST="localhost", HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(staff, "django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def desk(shop):
    return signed_in(ORDER_DESK)


def form(desk, url, **said):
    """What a page's form would send, its key included."""
    return {"key": desk.get(url).context["form"]["key"].value(), **said}


def test_gift_card_is_issued_and_its_code_shown_once(desk, shop):
    url = reverse("admin:order_creditaccount_issue")
    said = form(desk, url, shop=f"{shop.brand.code}:EUR", amount="25.00", expires_on="2099-12-31", reason="Sold")
    answer = desk.post(url, said, follow=True)
    (code,) = re.findall(r"[1-9A-Z]{4}(?:-[1-9A-Z]{4}){3}", answer.content.decode())
    account = queries.gift_card_of(shop=shop, code=code, at=clock.now()).account_id
    page = reverse("admin:order_creditaccount_change", args=[account])
    assert answer.request["PATH_INFO"] == page
    assert code not in desk.get(page).content.decode()
    again = desk.post(url, said)
    assert (again.status_code, CreditAccount.objects.count()) == (409, 1)
    assert "issued already" in again.content.decode()
    assert AuditEvent.objects.get(action="credit.issued").actor.startswith("user:")


@pytest.mark.parametrize(
    "wrong",
    [
        *({"amount": amount} for amount in ("", "0", "-5", "x", "1e30", "0.001", "NaN", "1000001")),
        *({"shop": shop} for shop in ("", "nothing", "halles:GBP")),
        *({"reason": reason} for reason in (" ", "x" * 500)),
        {"expires_on": "soon"},
        {"key": "k" * 100},
    ],
)
def test_rubbish_issues_nothing(desk, shop, wrong):
    url = reverse("admin:order_creditaccount_issue")
    said = form(desk, url, shop=f"{shop.brand.code}:EUR", amount="25.00", reason="Sold") | wrong
    assert desk.post(url, said).status_code in {200, 409}
    assert not CreditAccount.objects.exists()


def test_currency_without_cents_takes_none(desk):
    shop = make_trading_shop(country="JP", currency="JPY")
    url = reverse("admin:order_creditaccount_issue")
    said = form(desk, url, shop=f"{shop.brand.code}:JPY", reason="Sold")
    assert "fewer decimals" in desk.post(url, said | {"amount": "10.50"}).content.decode()
    assert desk.post(url, said | {"amount": "1050"}).status_code == 302
    assert balance(CreditAccount.objects.get().pk) == 1050


def test_store_credit_is_given_to_a_customer_and_to_nobody_else(desk, shop):
    owner = User.objects.create_user(email="owner@example.com")
    url = reverse("admin:order_creditaccount_grant")
    said = form(desk, url, shop=f"{shop.brand.code}:EUR", amount="7.50", reason="Late parcel")
    assert "No account has the address" in desk.post(url, said | {"email": "x@example.com"}).content.decode()
    desk.post(url, said | {"email": "OWNER@example.com"})
    desk.post(url, said | {"email": "OWNER@example.com"})  # pressed twice
    assert queries.store_credit_of(shop=shop, owner_id=owner.pk, at=clock.now()).balance.minor == 750


def test_balance_is_explained_corrected_and_never_below_zero(desk, shop):
    card = make_gift_card(shop=shop, amount="10.00").account_id
    url = reverse("admin:order_creditaccount_correct", args=[card])
    said = form(desk, url, amount="-4.00", reason="Paid at the counter")
    assert [desk.post(url, said).status_code for _ in range(2)] == [302, 302]
    refused = desk.post(url, form(desk, url, amount="-6.01", reason="Too much"))
    assert (refused.status_code, balance(card)) == (409, 600)
    page = desk.get(reverse("admin:order_creditaccount_change", args=[card])).content.decode()
    assert "Paid at the counter" in page
    assert re.findall(r'<td class="bo-num">([^<]*)</td>', page) == ["-€4.00", "€6.00", "€10.00", "€10.00"]


def test_card_is_blocked_with_a_reason_and_found_by_its_code(desk, shop):
    made = make_gift_card(shop=shop)
    url = reverse("admin:order_creditaccount_terms", args=[made.account_id])
    assert desk.post(url, {"is_blocked": "on", "reason": ""}).status_code == 200
    desk.post(url, {"is_blocked": "on", "expires_on": "2027-01-31", "reason": "Lost"})
    row = CreditAccount.objects.get()
    assert (row.is_blocked, str(row.expires_on)) == (True, "2027-01-31")
    for typed in (made.code, made.code.lower().replace("-", " "), made.code[-4:]):
        assert f"ending in {made.code[-4:]}" in desk.get(reverse(LIST), {"q": typed}).content.decode()
    assert "ending in" not in desk.get(reverse(LIST), {"q": codes.new_code()}).content.decode()


def test_person_limited_to_a_brand_reaches_no_card_of_another(shop):
    mine = make_gift_card(shop=shop).account_id
    volt = make_trading_shop(brand="volt")
    theirs = make_gift_card(shop=volt).account_id
    limited = signed_in(ORDER_DESK, brand_id=shop.brand.id)
    assert limited.get(reverse("admin:order_creditaccount_change", args=[mine])).status_code == 200
    for name in ("change", "correct", "terms"):
        assert limited.get(reverse(f"admin:order_creditaccount_{name}", args=[theirs])).status_code == 404
    url = reverse("admin:order_creditaccount_issue")
    said = form(limited, url, shop="volt:EUR", amount="5.00", reason="x")
    assert limited.post(url, said).status_code == 200
    assert CreditAccount.objects.count() == 2


def test_those_without_the_right_see_and_change_nothing(shop):
    card = make_gift_card(shop=shop).account_id
    other = signed_in(MERCHANDISER)
    assert other.get(reverse(LIST)).status_code == 403
    for name in ("change", "correct", "terms"):
        assert other.get(reverse(f"admin:order_creditaccount_{name}", args=[card])).status_code == 403
    for name in ("issue", "grant"):
        assert other.get(reverse(f"admin:order_creditaccount_{name}")).status_code == 403
    assert CreditMovement.objects.count() == 1


@pytest.mark.parametrize("cards", [1, 3])
def test_list_costs_the_same_for_any_number(desk, shop, cards, django_assert_max_num_queries):
    owner = User.objects.create_user(email="owner@example.com")
    make_store_credit(shop=shop, owner=owner)
    for _ in range(cards):
        make_gift_card(shop=shop)
    desk.get(reverse(LIST))
    with django_assert_max_num_queries(12):
        assert desk.get(reverse(LIST)).status_code == 200
