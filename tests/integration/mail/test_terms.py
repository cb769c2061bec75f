"""The terms travel with the order: as they stood when it was placed, in its language, the same each time."""

import pytest
from django.core import mail as outgoing
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from apps.core.testing import drain_outbox
from apps.orders.enums import Answer, Source
from apps.orders.mail import operations
from apps.orders.models import MailLog, Order, TermsVersion
from apps.orders.payments import operations as payments
from apps.orders.payments.gateways.base import Verdict
from apps.storefront import pages
from apps.storefront.models import StaticPage
from tests.factories.orders import AT, make_checkout, make_item, make_trading_shop
from tests.factories.payments import make_waiting_order

pytestmark = pytest.mark.django_db
FIRST = "Vous disposez de quatorze jours."
LATER = "Vous disposez de trente jours."


@pytest.fixture(autouse=True)
def _fresh_pages():
    pages.forget_blocks()
    yield
    pages.forget_blocks()


def write_terms(*, shop, text, version="2026-11"):
    """Write the French terms and withdrawal form of the brand, over what there is."""
    for code, title, sections in (
        ("terms", "Conditions générales de vente", [{"heading": "Rétractation", "paragraphs": [text]}]),
        ("withdrawal", "Formulaire de rétractation", [{"heading": "Formulaire", "paragraphs": ["<À l’attention de>"]}]),
    ):
        StaticPage.objects.update_or_create(
            brand_id=shop.brand.id,
            market=None,
            language="fr",
            code=code,
            defaults={"slug": code, "title": title, "sections": sections, "version": version, "updated_at": AT},
        )
    pages.forget_blocks()


def confirm(waiting):
    """Have the payment arrive and the mails leave; return the confirmation."""
    verdict = Verdict(answer=Answer.YES, reference="x", amount_minor=2490, currency="EUR")
    payments.settle(gateway="demo", verdict=verdict, source=Source.STAFF, at=AT, payment_id=waiting.payment_id)
    drain_outbox(at=AT)
    return outgoing.outbox[-1]


def test_confirmation_carries_the_terms_and_the_withdrawal_form_as_a_file():
    write_terms(shop=make_trading_shop(), text=FIRST)
    waiting = make_waiting_order(method="demo")
    message = confirm(waiting)
    ((name, content, kind),) = message.attachments
    assert (name, kind) == ("conditions-generales-de-vente-2026-11.html", "text/html")
    assert content.startswith('<!doctype html>\n<html lang="fr">')
    assert FIRST in content
    assert "Formulaire de rétractation" in content
    assert "&lt;À l’attention de&gt;" in content
    assert f"/fr-fr/orders/{waiting.token}/terms/" in message.body


def test_terms_changed_after_the_order_do_not_change_what_its_mail_carries_when_sent_again():
    shop = make_trading_shop()
    write_terms(shop=shop, text=FIRST)
    waiting = make_waiting_order(method="demo")
    before = confirm(waiting).attachments
    write_terms(shop=shop, text=LATER, version="2026-12")
    log = MailLog.objects.get()
    MailLog.objects.filter(pk=log.pk).update(state="sending", sent_at=None)
    event_id, kind = log.key.split(":")
    owed = operations.Owed(event_id=int(event_id), kind=kind, order_id=waiting.order_id)
    assert operations.send(owed=owed, at=AT, finish=lambda: None) is True
    assert outgoing.outbox[-1].attachments == before


def test_orders_under_the_same_words_share_one_version_and_new_words_make_another():
    shop = make_trading_shop()
    write_terms(shop=shop, text=FIRST)
    first, second = make_waiting_order(method="demo").order, make_waiting_order(method="demo").order
    write_terms(shop=shop, text=LATER)
    third = make_waiting_order(method="demo").order
    assert first.terms_id == second.terms_id != third.terms_id
    assert TermsVersion.objects.count() == 2


def test_known_terms_cost_the_placement_no_statement():
    shop = make_trading_shop()
    kettle = make_item(shop=shop, units=9)

    def statements():
        checkout = make_checkout(shop=shop, items=[(kettle, 1)])
        with CaptureQueriesContext(connection) as asked:
            checkout.place()
        return len(asked)

    statements()  # what a process reads once
    without = statements()
    write_terms(shop=shop, text=FIRST)
    pages.contract_texts(shop=shop)  # warm
    first, known = statements(), statements()
    assert (first - without, known - without) == (3, 0)


def test_shop_without_terms_still_sells_and_attaches_nothing():
    message = confirm(make_waiting_order(method="demo"))
    assert message.attachments == []
    assert Order.objects.get().terms_id is None


def test_other_mails_carry_no_terms():
    write_terms(shop=make_trading_shop(), text=FIRST)
    waiting = make_waiting_order(method="demo")
    payments.expire_unpaid(at=waiting.expires_at)
    drain_outbox(at=waiting.expires_at)
    assert outgoing.outbox[-1].attachments == []


@pytest.mark.parametrize("change", ["UPDATE order_termsversion SET language = 'de'", "DELETE FROM order_termsversion"])
def test_kept_terms_cannot_be_changed_or_deleted(change):
    write_terms(shop=make_trading_shop(), text=FIRST)
    make_waiting_order(method="demo")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)


def test_terms_page_of_an_order_shows_the_words_of_its_day_to_its_link_only(client):
    shop = make_trading_shop()
    write_terms(shop=shop, text=FIRST)
    waiting = make_waiting_order(method="demo")
    write_terms(shop=shop, text=LATER)
    host = shop.brand.hosts[0]
    page = client.get(f"/{shop.code}/orders/{waiting.token}/terms/", HTTP_HOST=host)
    assert page.status_code == 200
    assert FIRST in page.content.decode()
    assert LATER not in page.content.decode()
    assert page.headers["Cache-Control"] == "private, no-store"
    assert client.get(f"/{shop.code}/orders/{waiting.number}~forged/terms/", HTTP_HOST=host).status_code == 404
