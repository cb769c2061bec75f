"""Gift cards and store credit themselves: codes, balances, who may use them."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from apps.accounts.models import User
from apps.backoffice.seeding.credit import demo_code
from apps.core import audit, books
from apps.core.models import AuditEvent
from apps.core.money import Money, from_minor
from apps.orders.credit import codes, operations, queries
from apps.orders.credit.data import Credit, CreditUse
from apps.orders.credit.errors import (
    AlreadyIssued,
    BelowZero,
    GiftCardEmpty,
    GiftCardExpired,
    GiftCardUnknown,
    NoSuchCustomer,
    NothingOnIt,
    ReasonNeeded,
)
from apps.orders.enums import CreditKind
from apps.orders.models import CreditAccount, CreditMovement
from apps.orders.tokens import ALPHABET, check_character
from tests.factories.credit import balance, make_gift_card, make_store_credit
from tests.factories.orders import AT, make_trading_shop

TODAY = AT.date()


def euros(amount):
    return Money(Decimal(amount), "EUR")


def test_code_is_read_however_it_is_typed_and_no_wrong_one_is_looked_up():
    code = codes.new_code()
    plain = code.replace("-", "")
    for typed in (code, plain.lower(), f" {code.replace('-', ' ')} ", code.replace("-", "–")):
        assert codes.plain(text=typed) == plain
    assert len(plain) == codes.LENGTH
    wrong = [plain[:-1], plain + "1", plain[:-1] + "0", "", "x" * 1000, "Ω" * codes.LENGTH]
    assert [codes.plain(text=typed) for typed in wrong] == [None] * len(wrong)


@given(place=st.integers(0, codes.LENGTH - 1), character=st.sampled_from(ALPHABET))
def test_one_wrong_character_is_always_found(place, character):
    plain = "K3M9QX2D7HTW9AB"
    code = plain + check_character(plain)
    typed = code[:place] + character + code[place + 1 :]
    assert codes.plain(text=typed) == (code if typed == code else None)


@pytest.mark.django_db
def test_gift_card_is_found_by_its_code_which_is_kept_nowhere():
    shop = make_trading_shop()
    made = make_gift_card(shop=shop, amount="25.50")
    found = queries.gift_card_of(shop=shop, code=made.code.lower(), at=AT)
    assert (found.account_id, found.balance, found.end) == (made.account_id, euros("25.50"), made.code[-4:])
    row = CreditAccount.objects.get(pk=made.account_id)
    assert made.code not in str(vars(row))
    kept = AuditEvent.objects.filter(target=audit.target_of(model="order.creditaccount", pk=row.pk)).get()
    assert (kept.action, kept.after["amount"]) == ("credit.issued", "25.50 EUR")
    assert made.code.replace("-", "") not in str(kept.after)


@pytest.mark.django_db
def test_form_sent_twice_makes_one_card():
    shop = make_trading_shop()
    values = {"brand_id": shop.brand.id, "amount": euros("10"), "expires_on": None, "reason": "Sold", "by": "user:7"}
    operations.issue_gift_card(**values, key="one-form", at=AT)
    with pytest.raises(AlreadyIssued):
        operations.issue_gift_card(**values, key="one-form", at=AT)
    assert CreditAccount.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(("amount", "reason", "refusal"), [("0", "Sold", NothingOnIt), ("5", "  ", ReasonNeeded)])
def test_card_without_amount_or_reason_is_refused(amount, reason, refusal):
    shop = make_trading_shop()
    with pytest.raises(refusal):
        operations.issue_gift_card(
            brand_id=shop.brand.id, amount=euros(amount), expires_on=None, reason=reason, key="k", by="user:7", at=AT
        )
    assert not CreditAccount.objects.exists()


@pytest.mark.django_db
def test_card_ends_after_its_last_day_in_the_market_s_own_time():
    shop = make_trading_shop()
    made = make_gift_card(shop=shop, expires_on=TODAY)
    before_midnight, after = AT.replace(hour=22, minute=59), AT.replace(hour=23, minute=0)  # 23:59 and 0:00 in Paris
    assert queries.gift_card_of(shop=shop, code=made.code, at=before_midnight).account_id == made.account_id
    with pytest.raises(GiftCardExpired, match="18 November 2026"):
        queries.gift_card_of(shop=shop, code=made.code, at=after)
    assert queries.usable(shop=shop, account_ids=[made.account_id], owner_id=None, at=after) == []


@pytest.mark.django_db
def test_blocked_foreign_and_invented_cards_are_all_unknown():
    shop = make_trading_shop()
    blocked = make_gift_card(shop=shop)
    operations.change_terms(
        account_id=blocked.account_id, is_blocked=True, expires_on=None, reason="Lost", by="user:7", at=AT
    )
    pounds = make_gift_card(shop=shop)
    CreditAccount.objects.filter(pk=pounds.account_id).update(currency="GBP")
    for code in (blocked.code, pounds.code, codes.new_code(), "", "rubbish", "\0"):
        with pytest.raises(GiftCardUnknown):
            queries.gift_card_of(shop=shop, code=code, at=AT)


@pytest.mark.django_db
def test_correction_says_why_and_never_takes_more_than_is_there():
    shop = make_trading_shop()
    made = make_gift_card(shop=shop, amount="10.00")
    take = {"account_id": made.account_id, "by": "user:7", "at": AT}
    assert operations.correct(change=euros("-4.00"), reason="Typing error", key="a", **take)
    assert not operations.correct(change=euros("-4.00"), reason="Typing error", key="a", **take)
    with pytest.raises(BelowZero, match=r"6\.00 EUR"):
        operations.correct(change=euros("-6.01"), reason="Too much", key="b", **take)
    with pytest.raises(ReasonNeeded):
        operations.correct(change=euros("1"), reason="", key="c", **take)
    operations.correct(change=euros("-6.00"), reason="Emptied", key="d", **take)
    assert balance(made.account_id) == 0
    with pytest.raises(GiftCardEmpty, match=made.code[-4:]):
        queries.gift_card_of(shop=shop, code=made.code, at=AT)
    assert [(row.kind, row.amount_minor, row.balance_minor) for row in CreditMovement.objects.order_by("id")] == [
        ("issued", 1000, 1000),
        ("corrected", -400, 600),
        ("corrected", -600, 0),
    ]
    assert books.prove(at=AT, names=["credit.movements_sum_to_the_balance"]).broken == ()


@pytest.mark.django_db
def test_database_refuses_a_balance_below_zero_and_a_changed_movement():
    made = make_gift_card(shop=make_trading_shop())
    for statement in (
        "UPDATE order_creditaccount SET balance_minor = -1",
        "UPDATE order_creditmovement SET amount_minor = 1",
        "DELETE FROM order_creditmovement",
        "UPDATE order_creditaccount SET code_digest = NULL",
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert balance(made.account_id) == 2000


@pytest.mark.django_db
def test_store_credit_belongs_to_one_account_and_grows():
    shop = make_trading_shop()
    mine, other = (User.objects.create_user(email=f"{name}@example.com") for name in ("mine", "other"))
    account = make_store_credit(shop=shop, owner=mine, amount="5.00")
    assert make_store_credit(shop=shop, owner=mine, amount="2.50").pk == account.pk
    found = queries.store_credit_of(shop=shop, owner_id=mine.pk, at=AT)
    assert (found.kind, found.balance, found.end) == (CreditKind.STORE_CREDIT, euros("7.50"), "")
    assert queries.store_credit_of(shop=shop, owner_id=other.pk, at=AT) is None
    for stranger in (other.pk, None):
        assert queries.usable(shop=shop, account_ids=[account.pk], owner_id=stranger, at=AT) == []


@pytest.mark.django_db
def test_store_credit_for_nobody_is_refused():
    shop = make_trading_shop()
    with pytest.raises(NoSuchCustomer, match=r"nobody@example\.com"):
        operations.grant_store_credit(
            brand_id=shop.brand.id,
            email="nobody@example.com",
            amount=euros("5"),
            reason="Goodwill",
            key="k",
            by="user:7",
            at=AT + timedelta(hours=1),
        )


@given(balances=st.lists(st.integers(1, 5000), max_size=4), total=st.integers(0, 8000))
def test_accounts_pay_as_much_as_they_can_in_their_order_and_never_more_than_is_due(balances, total):
    accounts = [
        Credit(account_id=number, kind=CreditKind.GIFT_CARD, end="", balance=from_minor(minor, "EUR"))
        for number, minor in enumerate(balances)
    ]
    uses = queries.shared_out(credits_=accounts, total=from_minor(total, "EUR"))
    assert sum(each.amount.minor for each in uses) == min(total, sum(balances))
    assert all(0 < each.amount.minor <= balances[each.account_id] for each in uses)
    full = [CreditUse(account_id=each.account_id, amount=each.balance) for each in accounts]
    assert uses[:-1] == full[: len(uses[:-1])]


def test_demo_s_cards_are_those_the_readme_names():
    said = (settings.BASE_DIR / "README.md").read_text()
    for brand, currency in (("halles", "EUR"), ("halles", "GBP"), ("volt", "EUR")):
        code = demo_code(brand=brand, currency=currency)
        assert codes.plain(text=code) is not None
        assert f"`{code}`" in said
