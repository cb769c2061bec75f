"""What may be given back, where it goes, why, and what is found: exceptions, stores, reasons, outcomes, deductions."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from pypdf import PdfReader

from apps.catalog.models import Product
from apps.core.testing import drain_outbox
from apps.inventory.models import Location, StockLevel
from apps.orders.models import Invoice, Line, MailLog, Refund, Return, ReturnLine
from apps.orders.returns import operations, queries
from apps.orders.returns.errors import DeductionTooHigh, NoDropOff, NoteMissing, NotWithdrawable
from tests.factories.orders import make_checkout, make_item, make_location, make_trading_shop
from tests.factories.payments import ACCOUNT
from tests.integration.returns.helpers import BACK, arrived, assert_books_hold, declare, inspect, line_of
from tests.integration.returns.test_withdrawal_pages import address, fields, read

pytestmark = pytest.mark.django_db
TOLD = [("Gâteau", "perishable"), ("Brosse", "hygiene"), ("Tasse", "")]


@pytest.fixture
def visitor(settings, monkeypatch):
    settings.ALLOWED_HOSTS = ["*"]
    monkeypatch.setattr("apps.core.clock.now", lambda: BACK)
    return Client(HTTP_HOST="halles.localhost")


def excepted(waiting, exception):
    Line.objects.filter(order_id=waiting.order_id).update(withdrawal_exception=exception)


def make_store(code="marais", **fields):
    values = {
        "kind": "store",
        "takes_returns": True,
        "street": "3 rue de Bretagne",
        "postcode": "75003",
        "city": "Paris",
    }
    return make_location(code=code, **{**values, **fields})


def bring(waiting, place, **changes):
    values = {"units": {line_of(waiting).pk: 1}, "name": "Demo Shopper", "email": "demo@example.com"}
    made = operations.declare_withdrawal(
        order_id=waiting.order_id, by="shopper", at=BACK, drop_off_id=place.pk, **{**values, **changes}
    )
    drain_outbox(at=BACK)
    return made


def test_line_keeps_the_exception_its_product_had_when_it_was_ordered():
    shop = make_trading_shop()
    cake = make_item(shop=shop, title="Gâteau", withdrawal_exception="perishable")
    placed = make_checkout(shop=shop, items=[(cake, 1)]).place()
    Product.objects.filter(pk=cake.pk).update(withdrawal_exception="")
    assert Line.objects.get(order_id=placed.order_id).withdrawal_exception == "perishable"


@pytest.mark.parametrize("exception", ["made_to_measure", "perishable"])
def test_excepted_goods_are_shown_with_the_reason_and_refused_to_shoppers_not_to_staff(visitor, exception):
    waiting = arrived()
    excepted(waiting, exception)
    page = visitor.get(address(waiting)).content.decode()
    assert "Il n’y a pas de droit de rétractation" in page
    assert f"units-{line_of(waiting).pk}" not in page
    forged = visitor.post(
        address(waiting), {"name": "D", "email": "d@example.com", f"units-{line_of(waiting).pk}": "1"}
    )
    assert forged.status_code == 422
    assert not Return.objects.exists()

    with pytest.raises(NotWithdrawable):
        declare(waiting, units=1)
    assert not Return.objects.exists()
    assert declare(waiting, units=1, by="user:7").state == "declared"
    tracking = visitor.get(f"/fr-fr/orders/{waiting.token}/").content.decode()
    assert "/withdraw/" not in tracking.split("<footer")[0].split("Où en est")[-1]


def test_sealed_goods_may_be_given_back_and_the_page_says_when(visitor):
    waiting = arrived()
    excepted(waiting, "hygiene")
    page = read(visitor.get(address(waiting)))
    assert "Seulement tant que le sceau est intact." in page
    assert declare(waiting, units=1).state == "declared"


def test_reason_is_kept_and_an_invented_one_is_not(visitor):
    waiting = arrived()
    name = f"reason-{line_of(waiting).pk}"
    for value, kept in (("too_small", "too_small"), ("<script>", "")):
        told = fields(read(visitor.get(address(waiting)))) | {f"units-{line_of(waiting).pk}": "1", name: value}
        told = fields(read(visitor.post(address(waiting), told)))
        assert visitor.post(address(waiting), told).status_code == 302
        assert ReturnLine.objects.order_by("id").last().reason == kept


def test_goods_are_brought_to_a_store_and_everything_names_it(visitor):
    waiting = arrived()
    store = make_store()
    make_store("ghent", country="BE")
    make_store("far", takes_returns=False)
    told = fields(read(visitor.get(address(waiting))))
    page = read(visitor.post(address(waiting), {**told, "how": str(store.pk)}))
    assert "J’apporte les articles à : Marais, 3 rue de Bretagne, 75003 Paris" in page
    assert visitor.post(address(waiting), fields(page)).status_code == 302
    drain_outbox(at=BACK)

    made = Return.objects.get()
    assert made.drop_off == store
    assert "3 rue de Bretagne" in MailLog.objects.get(kind="withdrawal").text
    tracking = visitor.get(f"/fr-fr/orders/{waiting.token}/").content.decode()
    assert "3 rue de Bretagne" in tracking
    assert f"/fr-fr/orders/{waiting.token}/returns/{made.number}.pdf" in tracking
    assert list(queries.drop_offs(order=waiting.order)) == [store]


def test_place_that_takes_nothing_back_is_refused(visitor):
    waiting = arrived()
    store = make_store(takes_returns=False)
    told = fields(read(visitor.get(address(waiting)))) | {"how": str(store.pk)}
    assert visitor.post(address(waiting), told).status_code == 422
    with pytest.raises(NoDropOff):
        bring(waiting, store)
    assert not Return.objects.exists()


def test_store_puts_what_was_brought_on_its_own_shelf():
    waiting = arrived()
    store = make_store()
    made = bring(waiting, store)
    part = ReturnLine.objects.get(parent=made)
    operations.inspect_return(
        return_id=made.pk,
        found={part.pk: operations.Found(sellable=1)},
        location_id=store.pk,
        note="",
        by="user:7",
        at=BACK,
    )
    drain_outbox(at=BACK)
    assert StockLevel.objects.get(location=store).on_hand == 1
    assert Return.objects.get().state == "refunded"
    assert_books_hold()


def test_slip_has_the_number_and_the_store_and_opens_for_its_own_order_only(visitor, tmp_path):
    waiting, other = arrived(), arrived()
    made = bring(waiting, make_store())
    path = f"/fr-fr/orders/{waiting.token}/returns/{made.number}.pdf"
    answer = visitor.get(path)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    file = tmp_path / "slip.pdf"
    file.write_bytes(answer.content)
    text = PdfReader(file).pages[0].extract_text()
    assert made.number in text
    assert "3 rue de Bretagne" in text
    assert "Bouilloire" in text
    assert "€" not in text
    assert visitor.get(path.replace(waiting.token, other.token)).status_code == 404
    assert visitor.get(path.replace(made.number, "X")).status_code == 404


def test_units_to_be_made_good_are_paid_back_and_not_sold():
    waiting = arrived()
    before = StockLevel.objects.get(product=waiting.product).on_hand
    made = declare(waiting, units=2)
    part = ReturnLine.objects.get(parent=made)
    operations.inspect_return(
        return_id=made.pk,
        found={part.pk: operations.Found(refurbish=1, sellable=1)},
        location_id=Location.objects.get(code="main").pk,
        note="",
        by="user:7",
        at=BACK,
    )
    drain_outbox(at=BACK)
    assert StockLevel.objects.get(product=waiting.product).on_hand == before + 1
    assert Refund.objects.get().amount_minor == 2490
    assert_books_hold()


def inspected(waiting, *, deduct, note="Worn", units=1):
    made = declare(waiting, units=units)
    part = ReturnLine.objects.get(parent=made)
    operations.inspect_return(
        return_id=made.pk,
        found={part.pk: operations.Found(damaged=units, deduct_minor=deduct)},
        location_id=Location.objects.get(code="main").pk,
        note=note,
        by="user:7",
        at=BACK,
    )
    drain_outbox(at=BACK)


def test_deduction_for_use_lowers_refund_tax_and_credit_note_and_is_told():
    waiting = arrived()
    inspected(waiting, deduct=300)
    refund = Refund.objects.get()
    assert (refund.amount_minor, refund.tax_minor, refund.lines.get().deducted_minor) == (700, 117, 300)
    assert Invoice.objects.get(kind="credit_note").gross_minor == 700
    assert "Déduit pour usage : 3,00" in MailLog.objects.get(kind="return_refunded").text
    assert waiting.payment.refunded_minor == 700
    assert_books_hold()
    # What comes back later is worth what it was sold for.
    inspect(declare(waiting, units=1, at=BACK + timedelta(hours=1)), sellable=1, at=BACK + timedelta(hours=1))
    assert Refund.objects.order_by("id").last().amount_minor == 1000 + 490
    assert_books_hold(at=BACK + timedelta(hours=3))


@pytest.mark.parametrize(
    ("deduct", "note", "refusal"),
    [(300, " ", NoteMissing), (1000, "Worn", DeductionTooHigh), (5000, "Worn", DeductionTooHigh)],
)
def test_deduction_without_a_word_or_of_the_whole_price_is_refused(deduct, note, refusal):
    waiting = arrived()
    with pytest.raises(refusal):
        inspected(waiting, deduct=deduct, note=note)
    assert Return.objects.get().state == "declared"
    assert not Refund.objects.exists()


def test_exceptions_are_told_in_the_confirmation():
    shop = make_trading_shop(features={"bank_account": ACCOUNT})
    items = [(make_item(shop=shop, title=title, withdrawal_exception=why), 1) for title, why in TOLD]
    placed = make_checkout(shop=shop, items=items).place(payment_method="bank_transfer")
    drain_outbox(at=BACK)
    text = MailLog.objects.get(order_id=placed.order_id).text
    assert "Gâteau: Pas de droit de rétractation : Se périme vite." in text
    assert (
        "Brosse: Scellé pour l’hygiène ou la santé : vous pouvez vous rétracter tant que le sceau est intact." in text
    )
    assert re.findall(r"(\w+): (?:Pas de droit|Scellé)", text) == ["Gâteau", "Brosse"]
