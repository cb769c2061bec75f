"""Buying on account: never past the limit, not while something is overdue, free again with what is paid or returned."""

import io
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from apps.accounts.models import User
from apps.core import books
from apps.core.models import AuditEvent
from apps.core.money import Money
from apps.core.testing import drain_outbox
from apps.orders import cancellation
from apps.orders.credit import on_account, operations, queries
from apps.orders.credit.errors import (
    AccountThere,
    CreditMoved,
    LimitBelowOwed,
    MoreThanOwed,
    NoSuchCustomer,
    NothingOnIt,
    OnAccountInstead,
    ReasonNeeded,
    ReferenceNeeded,
)
from apps.orders.fulfilment import operations as fulfilments
from apps.orders.invoices import operations as invoices
from apps.orders.models import CreditAccount, CreditMovement, Fulfilment, Invoice, Order, Payment
from apps.orders.returns import operations as returns
from tests.factories.credit import balance, make_gift_card, use
from tests.factories.orders import AT, make_checkout, make_item, make_trading_shop
from tests.factories.staff import make_staff

pytestmark = pytest.mark.django_db
BY = "user:7"
OWNER = "buyer@demo.example"


def eur(amount):
    return Money(Decimal(amount), "EUR")


@pytest.fixture
def shop():
    return make_trading_shop()


@pytest.fixture
def owner():
    return User.objects.create_user(email=OWNER, password="demo-buyer-1")


def opened(shop, *, limit="100.00", days=30, key="k1", **changes):
    values = {"email": OWNER, "limit": eur(limit), "terms_days": days, "reason": "contract 12", "by": BY, "at": AT}
    return on_account.open_account(brand_id=shop.brand.id, key=key, **{**values, **changes})


def buy(shop, owner, account, *, units=2, on=None, at=AT, drain=True, **changes):
    """Units of 10.00 and 4.90 delivery, all of it on account unless said otherwise."""
    item = make_item(shop=shop, title="Bouilloire")
    checkout = make_checkout(shop=shop, items=[(item, units)], owner_id=owner.pk)
    amount = on or str(checkout.total.amount)
    placed = checkout.place(
        credits_=[use(account_id=account.pk, amount=amount)],
        confirmed_due=checkout.total - eur(amount),
        at=at,
        **changes,
    )
    if drain:
        drain_outbox(at=at)
    return Order.objects.get(pk=placed.order_id)


def ship(order, *, at=AT):
    for row in Fulfilment.objects.filter(order=order):
        fulfilments.ship(fulfilment_id=row.pk, carrier="GLS", tracking_code="T", by=BY, at=at)
    drain_outbox(at=at)


def late(account, at):
    return queries.overdue(account_ids=[account.pk], at=at).get(account.pk, 0)


def broken(at=AT):
    return [(each.invariant.name, each.exceptions) for each in books.prove(at=at).broken]


def test_order_on_account_is_confirmed_at_once_and_takes_from_the_limit(shop, owner):
    account = opened(shop)
    order = buy(shop, owner, account)
    assert order.state == "in_fulfilment"
    assert balance(account.pk) == 10000 - 2490
    paid = Payment.objects.get(order=order)
    assert (paid.gateway, paid.state, paid.captured_minor) == ("on_account", "paid", 2490)
    assert broken() == []


def test_rest_above_the_limit_is_paid_another_way_and_never_on_account(shop, owner):
    account = opened(shop, limit="20.00")
    order = buy(shop, owner, account, on="20.00")
    with pytest.raises(CreditMoved):
        buy(shop, owner, account)
    assert (order.state, balance(account.pk)) == ("placed", 0)
    rows = Payment.objects.filter(order=order).values_list("gateway", "amount_minor")
    assert set(rows) == {("on_account", 2000), ("card", 490)}


def test_invoice_says_until_when_and_keeps_it_when_the_terms_change(shop, owner):
    account = opened(shop, days=30)
    order = buy(shop, owner, account)
    ship(order)
    invoice = Invoice.objects.get(order=order)
    assert invoice.told["payment"]["due_by"] == (invoice.issued_at + timedelta(days=30)).isoformat()
    on_account.change_limit(
        account_id=account.pk, limit=eur("100.00"), terms_days=10, reason="r", key="t", by=BY, at=AT
    )

    text = " ".join(
        page.extract_text() for page in PdfReader(io.BytesIO(invoices.file_of(invoice_id=invoice.pk, at=AT))).pages
    )
    assert "18 décembre 2026" in text
    assert invoice.number in text
    assert "Il ne reste rien à payer" not in " ".join(text.split())


def test_nothing_is_bought_on_account_while_an_invoice_is_overdue_and_paying_it_ends_that(shop, owner):
    account = opened(shop)
    ship(buy(shop, owner, account))
    buy(shop, owner, account, units=1)  # not sent yet: not invoiced, so never overdue
    on_the_day, after = AT + timedelta(days=30), AT + timedelta(days=30, seconds=1)
    assert (late(account, on_the_day), late(account, after)) == (0, 2490)
    with pytest.raises(CreditMoved):
        buy(shop, owner, account, at=after)

    assert on_account.record_paid(account_id=account.pk, amount=eur("24.90"), reference="SEPA 1", by=BY, at=after)
    assert late(account, after) == 0
    assert buy(shop, owner, account, at=after).state == "in_fulfilment"
    assert broken(after) == []


def test_part_payment_settles_the_oldest_first(shop, owner):
    account = opened(shop, limit="200.00")
    ship(buy(shop, owner, account))
    ship(buy(shop, owner, account, at=AT + timedelta(days=20)), at=AT + timedelta(days=20))
    on_account.record_paid(account_id=account.pk, amount=eur("30.00"), reference="SEPA 1", by=BY, at=AT)
    assert late(account, AT + timedelta(days=40)) == 0
    assert late(account, AT + timedelta(days=60)) == 2 * 2490 - 3000


def test_what_comes_back_or_is_cancelled_is_free_again_and_owed_no_more(shop, owner):
    account = opened(shop)
    kept = buy(shop, owner, account)
    ship(kept)
    line = kept.lines.get()
    made = returns.declare_withdrawal(order_id=kept.pk, units={line.pk: 1}, name="D", email=OWNER, by="shopper", at=AT)
    place = Fulfilment.objects.get(order=kept).location_id
    found = {made.lines.get().pk: returns.Found(sellable=1)}
    returns.inspect_return(return_id=made.pk, found=found, location_id=place, note="", by=BY, at=AT)
    drain_outbox(at=AT)
    assert balance(account.pk) == 10000 - 1490
    assert late(account, AT + timedelta(days=31)) == 1490

    gone = buy(shop, owner, account)
    cancellation.cancel_order(order_id=gone.pk, reason="r", by=BY, at=AT)
    drain_outbox(at=AT)
    assert balance(account.pk) == 10000 - 1490
    assert late(account, AT + timedelta(days=31)) == 1490
    assert broken() == []


def test_another_customers_account_a_blocked_one_and_a_guest_pay_nothing(shop, owner):
    account = opened(shop)
    other = User.objects.create_user(email="other@demo.example", password="demo-other-1")
    with pytest.raises(CreditMoved):
        buy(shop, other, account)
    CreditAccount.objects.update(is_blocked=True)
    with pytest.raises(CreditMoved):
        buy(shop, owner, account)
    assert not Order.objects.exists()
    assert balance(account.pk) == 10000


def test_payments_are_counted_once_and_never_above_what_is_owed(shop, owner):
    account = opened(shop)
    buy(shop, owner, account)
    pay = {"account_id": account.pk, "by": BY, "at": AT}
    assert on_account.record_paid(amount=eur("10.00"), reference=" SEPA  7 ", **pay)
    assert not on_account.record_paid(amount=eur("10.00"), reference="SEPA 7", **pay)
    for refusal, said in (
        (MoreThanOwed, {"amount": eur("14.91"), "reference": "8"}),
        (MoreThanOwed, {"amount": Money(Decimal(1), "GBP"), "reference": "8"}),
        (NothingOnIt, {"amount": eur("0"), "reference": "8"}),
        (ReferenceNeeded, {"amount": eur("1"), "reference": "  "}),
    ):
        with pytest.raises(refusal):
            on_account.record_paid(**pay, **said)
    assert balance(account.pk) == 10000 - 1490
    assert CreditMovement.objects.filter(kind="paid_in").count() == 1


def test_limit_is_changed_but_never_below_what_is_owed(shop, owner):
    account = opened(shop)
    buy(shop, owner, account)
    change = {"account_id": account.pk, "terms_days": 30, "reason": "r", "by": BY, "at": AT}
    with pytest.raises(LimitBelowOwed) as refusal:
        on_account.change_limit(limit=eur("24.89"), key="a", **change)
    assert refusal.value.params == {"owed": "24.90 EUR"}
    for _ in range(2):
        on_account.change_limit(limit=eur("24.90"), key="b", **change)
    assert balance(account.pk) == 0
    assert AuditEvent.objects.filter(action="on_account.corrected").count() == 1


def test_balance_of_an_account_is_not_corrected_past_its_limit_and_payments(shop, owner):
    account = opened(shop)
    with pytest.raises(OnAccountInstead):
        operations.correct(account_id=account.pk, change=eur("50.00"), reason="r", key="c", by=BY, at=AT)
    assert balance(account.pk) == 10000


def test_account_that_has_ended_is_not_offered_and_pays_nothing(shop, owner):
    account = opened(shop)
    last = {"is_blocked": False, "reason": "contract ended", "by": BY, "at": AT}
    operations.change_terms(account_id=account.pk, expires_on=AT.date() - timedelta(days=1), **last)
    assert queries.on_account_of(shop=shop, owner_id=owner.pk, at=AT) is None
    assert queries.usable(shop=shop, account_ids=[account.pk], owner_id=owner.pk, at=AT) == []
    with pytest.raises(CreditMoved):
        buy(shop, owner, account)


def test_account_is_opened_once_for_customers_we_know_with_a_reason(shop, owner):
    first = opened(shop)
    assert opened(shop) == first
    for refusal, changes in (
        (AccountThere, {"key": "k2"}),
        (NoSuchCustomer, {"email": "nobody@demo.example", "key": "k3"}),
        (NothingOnIt, {"limit": "0", "key": "k4"}),
        (ReasonNeeded, {"reason": " ", "key": "k5"}),
    ):
        with pytest.raises(refusal):
            opened(shop, **changes)
    with pytest.raises(DatabaseError), transaction.atomic():
        CreditAccount.objects.update(terms_days=61)
    assert CreditAccount.objects.count() == 1


def test_gift_card_and_account_pay_one_order_together(shop, owner):
    account, card = opened(shop), make_gift_card(shop=shop, amount="15.00")
    item = make_item(shop=shop)
    checkout = make_checkout(shop=shop, items=[(item, 2)], owner_id=owner.pk)
    uses = [use(account_id=card.account_id, amount="15.00"), use(account_id=account.pk, amount="9.90")]
    placed = checkout.place(credits_=uses, confirmed_due=eur("0.00"))
    drain_outbox(at=AT)
    ship(Order.objects.get(pk=placed.order_id))
    assert late(account, AT + timedelta(days=31)) == 990
    assert broken() == []


def test_staff_open_change_and_record_on_the_accounts_page(client, shop, owner, monkeypatch):
    monkeypatch.setattr("apps.core.clock.now", lambda: AT)
    client.force_login(make_staff(superuser=True))
    said = {"shop": f"{shop.brand.code}:EUR", "email": OWNER, "amount": "100", "terms_days": "30", "reason": "contract"}
    listed = client.get(reverse("admin:order_creditaccount_changelist")).content.decode()
    address = next(url for url in (reverse("admin:order_creditaccount_open_account"),) if url in listed)
    assert "may buy on account" in client.post(address, said | {"key": "a"}, follow=True).content.decode()
    account = CreditAccount.objects.get()
    ship(buy(shop, owner, account))
    for page, form in (
        ("paid", {"amount": "4.90", "reason": "SEPA 1", "key": "b"}),
        ("limit", {"amount": "150", "terms_days": "45", "reason": "grew", "key": "c"}),
    ):
        client.post(reverse(f"admin:order_creditaccount_{page}", args=[account.pk]), form)
    shown = client.get(reverse("admin:order_creditaccount_change", args=[account.pk])).content.decode()
    for words in ("€150.00", "€20.00", "to be paid within 45 days", "Payment received"):
        assert words in shown
    for page, form in (
        ("paid", {"amount": "9999", "reason": "x", "key": "d"}),
        ("paid", {"amount": "\x00", "reason": "", "key": ""}),
        ("limit", {"amount": "1", "terms_days": "90", "reason": "x", "key": "e"}),
        ("limit", {"amount": "1", "terms_days": "30", "reason": "x", "key": "f"}),
    ):
        answer = client.post(reverse(f"admin:order_creditaccount_{page}", args=[account.pk]), form)
        assert answer.status_code in {200, 409}
    assert balance(account.pk) == 15000 - 2000
    card = make_gift_card(shop=shop).account_id
    assert client.get(reverse("admin:order_creditaccount_limit", args=[card])).status_code == 404


def test_checkout_offers_the_account_to_its_owner_alone(shop, owner, settings):
    settings.ALLOWED_HOSTS = ["*"]
    assert queries.on_account_of(shop=shop, owner_id=None, at=AT) is None
    assert queries.on_account_of(shop=shop, owner_id=owner.pk, at=AT) is None
    account = opened(shop)
    found = queries.on_account_of(shop=shop, owner_id=owner.pk, at=AT)
    assert (found.credit.account_id, found.credit.terms_days, found.overdue) == (account.pk, 30, eur("0.00"))
    guest = Client(HTTP_HOST="halles.localhost")
    assert guest.post("/fr-fr/checkout/credit/", {"on_account": "1"}).headers["Location"] == "/fr-fr/basket/"
