"""Every form a shopper meets is given rubbish, field by field: never a failure, and what is refused wrote nothing."""

from itertools import count

import pytest
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.core import clock
from apps.orders import tokens
from apps.orders.enums import Answer, Source
from apps.orders.models import Order, Payment
from apps.orders.payments import operations as payments
from apps.orders.payments.gateways.base import Verdict
from tests import hostile, page_kinds
from tests.html_rules import HTML, parse
from tests.integration.storefront.buying import add, place, sellable, to_review

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo_module")]
SHOP = "fr-fr"
# Rows that say a request came, not that anything was bought, changed or promised.
BOOKKEEPING = ("_session", "core_ratelimit", "cache", "SAVEPOINT", "account_login", "django_session")
# What breaks numbers, texts, headers and pages; the walk over all addresses sends the rest.
KINDS = ("nul", "long", "negative", "huge", "not a number", "exponent", "superscript digit", "html", "header")
WRITES = ("INSERT", "UPDATE", "DELETE")
_addresses = count(1)


def forms_of(url, response):
    """(address, what it would send as it stands) of each form of a page that posts."""
    tree = parse(response.content.decode())
    for form in tree.iter(f"{HTML}form"):
        if form.get("method", "get").lower() != "post" or "logout" in form.get("action", ""):
            continue
        yield form.get("action") or url, dict(_fields(form))


def _fields(form):
    for field in form.iter():
        name, kind = field.get("name"), field.get("type", "text")
        if not name or (kind in {"radio", "checkbox"} and field.get("checked") is None):
            continue
        if field.tag == f"{HTML}select":
            chosen = [each for each in field.iter(f"{HTML}option") if each.get("selected") is not None]
            yield name, (chosen or list(field.iter(f"{HTML}option")))[0].get("value", "")
        elif field.tag in {f"{HTML}input", f"{HTML}textarea", f"{HTML}button"}:
            yield name, field.get("value") or field.text or ""


def paid_order(visitor):
    """The number of an order of this visitor that is paid."""
    add(visitor, sellable()[0])
    place(visitor, to_review(visitor))
    order = Order.objects.latest("id")
    payment = Payment.objects.get(order=order)
    verdict = Verdict(answer=Answer.YES, reference="x", amount_minor=payment.amount_minor, currency=payment.currency)
    payments.settle(
        gateway="demo", verdict=verdict, source=Source.STAFF, at=clock.now(), by="user:1", payment_id=payment.pk
    )
    return order.number


@pytest.fixture
def visitor():
    return Client(HTTP_HOST="localhost", HTTP_SEC_FETCH_SITE="same-origin", raise_request_exception=False)


def pages(visitor):
    """The pages with forms, as a guest with a paid order, an unpaid order and a full basket meets them."""
    urls = page_kinds.public(page_kinds.shop_of(SHOP))
    token = tokens.order_token(paid_order(visitor))
    add(visitor, sellable(many=2)[1])
    place(visitor, to_review(visitor))
    unpaid = tokens.order_token(Order.objects.latest("id").number)
    add(visitor, sellable(many=3)[2])
    to_review(visitor)
    return [
        urls["product with variants"],
        *(f"/{SHOP}/{path}" for path in ("basket/", "checkout/", "checkout/delivery/", "checkout/review/")),
        *(f"/{SHOP}/{path}" for path in ("orders/", "contact/", "withdraw/", f"withdraw/{token}/")),
        f"/{SHOP}/orders/{unpaid}/",
        *(urls[kind] for kind in ("sign in", "sign up", "password reset")),
    ]


def attacks(filled):
    """Nothing, each field missing, each field with each rubbish, everything rubbish."""
    yield "nothing", {}
    for name in filled:
        yield f"without {name}", {key: value for key, value in filled.items() if key != name}
        for kind in KINDS:
            yield f"{name}: {kind}", filled | {name: hostile.VALUES[kind][:30_000]}
    for kind in ("nul", "html", "huge"):
        yield f"all {kind}", dict.fromkeys(filled, hostile.VALUES[kind])


def attack(client, url, data):
    """Post and undo; return what is wrong with the answer, if anything."""
    number = next(_addresses)
    address = f"12.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
    point = transaction.savepoint()
    with CaptureQueriesContext(connection) as asked:
        response = client.post(url, data, REMOTE_ADDR=address)
    transaction.savepoint_rollback(point)
    if response.status_code >= 500:
        return f"{response.status_code}"
    if b"<script>alert(1)" in response.content:
        return "rubbish came back alive"
    statements = [query["sql"] or "" for query in asked]
    wrote = [
        sql for sql in statements if sql.lstrip().startswith(WRITES) and not any(name in sql for name in BOOKKEEPING)
    ]
    refused = response.status_code in {400, 403, 404, 409, 422}
    return f"refused, yet wrote: {wrote[0][:90]}" if refused and wrote else ""


def test_rubbish_in_a_shoppers_forms_is_never_a_failure_and_a_refusal_writes_nothing(visitor):
    failures, seen = [], set()
    for page in pages(visitor):
        response = visitor.get(page)
        assert response.status_code == 200, page
        for url, filled in forms_of(page, response):
            if (url, tuple(filled)) in seen:
                continue
            seen.add((url, tuple(filled)))
            for what, data in attacks(filled):
                wrong = attack(visitor, url, data)
                if wrong:
                    failures.append(f"{url[:60]} {what}: {wrong}")
    assert len(seen) >= 14, sorted(seen)
    assert not failures, f"{len(failures)}:\n" + "\n".join(failures[:40])


def test_rubbish_in_an_accounts_forms_is_never_a_failure(visitor):
    person = get_user_model().objects.get(email="shopper@demo.example")
    visitor.force_login(person, "django.contrib.auth.backends.ModelBackend")
    failures, seen = [], 0
    for page in (f"/{SHOP}/account/", f"/{SHOP}/account/email/", f"/{SHOP}/account/password/change/"):
        for url, filled in forms_of(page, visitor.get(page)):
            seen += 1
            failures += [
                f"{url[:60]} {what}: {wrong}"
                for what, data in attacks(filled)
                if (wrong := attack(visitor, url, data)).startswith(("5", "rubbish"))
            ]
    assert seen >= 2
    assert not failures, "\n".join(failures[:40])
