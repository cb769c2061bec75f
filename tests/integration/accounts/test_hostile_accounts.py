"""Guessing, session theft and takeover: what somebody who is not you gets."""

import pytest
from django.test import Client

from apps.accounts.models import User
from config.requests import visitor_address

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo_module")]
KNOWN, PASSWORD = "shopper@demo.example", "demo-shopper-1"
BACKEND = "django.contrib.auth.backends.ModelBackend"
ADDRESSES = iter(f"12.{number >> 8}.{number & 255}.1" for number in range(60_000))


@pytest.fixture
def address():
    """A network address no other test has used up."""
    return next(ADDRESSES)


def browser(address):
    return Client(HTTP_HOST="localhost", HTTP_SEC_FETCH_SITE="same-origin", REMOTE_ADDR=address)


def sign_in(client, *, password=PASSWORD, **more):
    return client.post("/fr-fr/account/login/", {"login": KNOWN, "password": password} | more)


def staff_sign_in(client, *, password):
    boss = User.objects.filter(is_superuser=True).first()
    boss.set_password("a-right-demo-word")
    boss.save(update_fields=["password"])
    return client.post("/admin/login/?next=/admin/", {"username": boss.email, "password": password})


def test_session_changes_its_name_when_somebody_signs_in(address):
    client = browser(address)
    client.get("/fr-fr/account/login/")
    session = client.session
    session["planted"] = "1"
    session.save()
    before = session.session_key
    client.cookies["session"] = before
    sign_in(client)
    assert client.cookies["session"].value != before


def test_session_ends_on_the_server_when_somebody_signs_out(address):
    client = browser(address)
    sign_in(client)
    stolen = client.cookies["session"].value
    client.post("/fr-fr/account/logout/")
    thief = browser(address)
    thief.cookies["session"] = stolen
    assert thief.get("/fr-fr/account/").status_code == 302


def test_other_sessions_end_when_the_password_changes(address):
    mine, thief = browser(address), browser(next(ADDRESSES))
    sign_in(mine)
    sign_in(thief)
    assert thief.get("/fr-fr/account/").status_code == 200
    changed = mine.post(
        "/fr-fr/account/password/change/",
        {"oldpassword": PASSWORD, "password1": "another-demo-word-7", "password2": "another-demo-word-7"},
    )
    assert changed.status_code == 302
    assert mine.get("/fr-fr/account/").status_code == 200
    assert thief.get("/fr-fr/account/").status_code == 302


def test_address_of_an_account_cannot_be_changed_with_an_open_session_alone(address, settings):
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 0
    client = browser(address)
    client.force_login(User.objects.get(email=KNOWN), BACKEND)
    response = client.post("/fr-fr/account/email/", {"email": "thief@example.com", "action_add": ""})
    assert response.status_code == 302
    assert "/account/reauthenticate/" in response.headers["Location"]
    assert not User.objects.get(email=KNOWN).emailaddress_set.filter(email="thief@example.com").exists()


@pytest.mark.parametrize("password", ["short1", "password123", "1234567890", "shopper@demo.example"])
def test_weak_password_opens_no_account(address, password):
    email = "shopper@demo.examples" if "@" in password else "fresh@example.com"
    response = browser(address).post("/fr-fr/account/signup/", {"email": email, "password1": password})
    assert response.status_code == 200
    assert not User.objects.filter(email=email).exists()


def test_guessing_a_shoppers_password_is_stopped(address):
    client = browser(address)
    for _ in range(10):
        sign_in(client, password="wrong-password-1")
    refused = sign_in(client)
    assert refused.status_code != 302
    assert client.get("/fr-fr/account/").status_code == 302


def test_guessing_a_staff_password_is_stopped_and_says_why(address):
    client = browser(address)
    for _ in range(10):
        staff_sign_in(client, password="wrong-password-1")
    refused = staff_sign_in(client, password="a-right-demo-word")
    assert refused.status_code == 200
    assert "too often" in refused.content.decode()
    assert "_auth_user_id" not in client.session


def test_staff_sign_in_works_below_the_limit(address):
    assert staff_sign_in(browser(address), password="a-right-demo-word").status_code == 302


@pytest.mark.parametrize(
    ("proxies", "said", "found"),
    [
        (0, "6.6.6.6", ""),
        (1, "6.6.6.6, 9.9.9.9", "9.9.9.9"),
        (2, "6.6.6.6, 9.9.9.9, 10.0.0.1", "9.9.9.9"),
        (2, "9.9.9.9", ""),
        (1, "", ""),
    ],
)
def test_visitors_address_is_what_our_own_proxy_saw(rf, proxies, said, found):
    assert visitor_address(request=rf.get("/", HTTP_X_FORWARDED_FOR=said), proxies=proxies) == found


def test_invented_forwarding_address_does_not_open_new_tries(address):
    client = browser(address)
    wrong = {"number": "x", "email": "a@example.com"}
    for number in range(20):
        client.post("/en-gb/orders/", wrong, HTTP_X_FORWARDED_FOR=f"7.7.7.{number}")
    answer = client.post("/en-gb/orders/", wrong, HTTP_X_FORWARDED_FOR="7.7.8.1")
    assert "too often" in answer.content.decode()


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_signing_in_never_leads_to_another_site(address, target):
    client = browser(address)
    response = sign_in(client, next=target)
    assert response.headers["Location"].startswith("/fr-fr/")


@pytest.mark.parametrize("method", ["get", "head"])
def test_looking_at_the_sign_out_page_signs_nobody_out(address, method):
    client = browser(address)
    sign_in(client)
    getattr(client, method)("/fr-fr/account/logout/")
    assert client.get("/fr-fr/account/").status_code == 200
