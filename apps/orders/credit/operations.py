"""
Writes of gift cards and store credit. Each is one transaction; every change of a balance is a movement.

issue_gift_card, grant_store_credit   staff put money on a new card, or on a customer's account
correct                               staff add or take off, with a reason
change_terms                          staff stop a card, or change its last day
spend                                 a placement pays with it
give_back                             what a payment took goes back
"""

from collections.abc import Sequence
from datetime import date, datetime

from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction

from apps.core import audit, locks
from apps.core.money import Money, from_minor
from apps.markets.context import MarketInfo
from apps.orders import transitions
from apps.orders.credit import codes, ledger, queries
from apps.orders.credit.data import CreditUse, Issued
from apps.orders.credit.errors import (
    AlreadyIssued,
    BelowZero,
    CreditMoved,
    NoSuchCustomer,
    NothingOnIt,
    OnAccountInstead,
    ReasonNeeded,
)
from apps.orders.enums import CreditKind, CreditMovementKind, PaymentState
from apps.orders.models import CreditAccount, CreditMovement, Order, Payment


@transaction.atomic
def issue_gift_card(
    *,
    brand_id: int,
    amount: Money,
    expires_on: date | None,
    reason: str,
    key: str,
    by: str,
    at: datetime,
    code: str = "",
) -> Issued:
    """
    Make a gift card with money on it; return its code, which is kept nowhere. by: "user:id", audited without the code.

    expires_on: its last day, None for a card without end. code: of a card that is printed already (`codes.plain`); a
    random one is drawn when none is given. key: of the request; a repeat makes no second card. Raises
    NothingOnIt, ReasonNeeded, AlreadyIssued.
    """
    _check(amount=amount, reason=reason)
    if CreditMovement.objects.filter(key=key).exists():
        raise AlreadyIssued
    plain = codes.plain(text=code or codes.new_code())
    if plain is None:
        raise ValueError("that is no code of a gift card")
    account = CreditAccount.objects.create(
        kind=CreditKind.GIFT_CARD,
        brand_id=brand_id,
        currency=amount.currency,
        code_digest=codes.digest(code=plain),
        code_end=plain[-4:],
        expires_on=expires_on,
        created_at=at,
    )
    # The same form at the same moment: its key is taken, before or while this card's money is put on it.
    try:
        done = _put(
            account_id=account.pk, kind=CreditMovementKind.ISSUED, amount=amount, reason=reason, key=key, by=by, at=at
        )
    except IntegrityError as error:
        raise AlreadyIssued from error
    if not done:
        raise AlreadyIssued
    return Issued(account_id=account.pk, code=codes.written(code=plain))


@transaction.atomic
def grant_store_credit(
    *, brand_id: int, email: str, amount: Money, reason: str, key: str, by: str, at: datetime
) -> CreditAccount:
    """
    Put money on a customer's store credit, which begins with the first; return it. by: "user:id", audited.

    Repeated with the same key, it changes nothing. Locks the account. Raises NothingOnIt, ReasonNeeded, NoSuchCustomer.
    """
    _check(amount=amount, reason=reason)
    owner = get_user_model().objects.filter(email__iexact=email.strip(), is_active=True).order_by("pk").first()
    if owner is None:
        raise NoSuchCustomer(email=email)
    own = {"kind": CreditKind.STORE_CREDIT, "owner": owner, "brand_id": brand_id, "currency": amount.currency}
    if not CreditAccount.objects.filter(**own).exists():
        locks.note(rank=locks.Rank.CREDIT_ACCOUNT)
        CreditAccount.objects.bulk_create([CreditAccount(**own, created_at=at)], ignore_conflicts=True)
    account = CreditAccount.objects.get(**own)
    _put(account_id=account.pk, kind=CreditMovementKind.ISSUED, amount=amount, reason=reason, key=key, by=by, at=at)
    account.refresh_from_db()
    return account


@transaction.atomic
def correct(*, account_id: int, change: Money, reason: str, key: str, by: str, at: datetime) -> bool:
    """
    Add to a balance or take off it (negative), with a reason; return whether this call did. by: "user:id", audited.

    Repeated with the same key, it changes nothing. Locks the account. Raises NothingOnIt (a change of zero),
    ReasonNeeded, BelowZero, OnAccountInstead.
    """
    if not change:
        raise NothingOnIt
    if not reason.strip():
        raise ReasonNeeded
    if CreditAccount.objects.filter(pk=account_id, kind=CreditKind.ON_ACCOUNT).exists():
        raise OnAccountInstead
    return _put(
        account_id=account_id, kind=CreditMovementKind.CORRECTED, amount=change, reason=reason, key=key, by=by, at=at
    )


@transaction.atomic
def change_terms(
    *, account_id: int, is_blocked: bool, expires_on: date | None, reason: str, by: str, at: datetime
) -> None:
    """
    Block or free an account and set its last day. by: "user:id", audited with both states.

    What a blocked or ended card holds stays on it, and refunds still reach it. Locks the account. Raises ReasonNeeded.
    """
    if not reason.strip():
        raise ReasonNeeded
    account = ledger.lock(account_ids=[account_id])[account_id]
    before = {"is_blocked": account.is_blocked, "expires_on": str(account.expires_on or "")}
    account.is_blocked, account.expires_on = is_blocked, expires_on
    account.save(update_fields=["is_blocked", "expires_on"])
    after = {"is_blocked": is_blocked, "expires_on": str(expires_on or "")}
    _audit(account, action="credit.change_terms", before=before, after=after, reason=reason, by=by, at=at)


def spend(
    *,
    order: Order,
    market: MarketInfo,
    uses: Sequence[CreditUse],
    owner_id: int | None,
    expires_at: datetime,
    by: str,
    at: datetime,
) -> None:
    """
    Pay parts of a new order from accounts: a movement and a paid payment each. Inside the placement's transaction.

    Locks the accounts by id; nobody else pays with them meanwhile. Raises CreditMoved when one of them is empty, over,
    blocked, another's, overdue or has less than it is to pay; nothing is kept then.
    """
    locked = ledger.lock(account_ids=[use.account_id for use in uses])
    good = set(
        queries.payers(market=market, owner_id=owner_id, at=at).filter(pk__in=locked).values_list("pk", flat=True)
    )
    on_account = [key for key, each in locked.items() if each.kind == CreditKind.ON_ACCOUNT]
    good -= queries.overdue(account_ids=on_account, at=at).keys()
    for number, use in enumerate(uses, start=1):
        account = locked.get(use.account_id)
        if account is None or account.pk not in good or use.amount.currency != account.currency:
            raise CreditMoved
        if use.amount.minor <= 0:
            raise CreditMoved
        payment = Payment.objects.create(
            order=order,
            gateway=account.kind,
            state=PaymentState.PAID,
            amount_minor=use.amount.minor,
            captured_minor=use.amount.minor,
            currency=account.currency,
            credit_account=account,
            idempotency_key=f"order-{order.number}-credit-{number}",
            created_at=at,
            settled_at=at,
            deadline_at=expires_at,
        )
        transitions.note_birth(machine=transitions.PAYMENT, row=payment, order_id=order.pk, by=by, at=at)
        try:
            ledger.move(
                account=account,
                kind=CreditMovementKind.SPENT,
                amount_minor=-use.amount.minor,
                key=f"spend-{payment.idempotency_key}",
                by=by,
                at=at,
                payment_id=payment.pk,
            )
        except BelowZero as refusal:
            raise CreditMoved from refusal


def give_back(*, payment: Payment, amount_minor: int, key: str, by: str, at: datetime) -> str:
    """
    Put back what a payment took from its account; return the name of the movement. Once per key.

    Inside a transaction that writes the refund too. Locks the account, before order and payment. A card that ended or
    was blocked since gets its money all the same: staff decide what becomes of it.
    """
    if payment.credit_account_id is None:
        raise ValueError(f"payment {payment.pk} was not made by gift card or store credit")
    account = ledger.lock(account_ids=[payment.credit_account_id])[payment.credit_account_id]
    ledger.move(
        account=account,
        kind=CreditMovementKind.GIVEN_BACK,
        amount_minor=amount_minor,
        key=key,
        by=by,
        at=at,
        payment_id=payment.pk,
    )
    return key


def _check(*, amount: Money, reason: str) -> None:
    if amount.minor <= 0:
        raise NothingOnIt
    if not reason.strip():
        raise ReasonNeeded


def _put(
    *, account_id: int, kind: CreditMovementKind, amount: Money, reason: str, key: str, by: str, at: datetime
) -> bool:
    """Move an account's balance by what a person said, with a line in the audit; once per key."""
    account = ledger.lock(account_ids=[account_id])[account_id]
    done = ledger.move(
        account=account,
        kind=kind,
        amount_minor=amount.minor,
        key=key,
        by=by,
        at=at,
        reason=reason.strip(),
    )
    if done:
        _audit(account, action=f"credit.{kind}", after={"amount": str(amount)}, reason=reason, by=by, at=at)
    return done


def _audit(
    account: CreditAccount,
    *,
    action: str,
    after: dict[str, object],
    reason: str,
    by: str,
    at: datetime,
    before: dict[str, object] | None = None,
) -> None:
    balance = str(from_minor(account.balance_minor, account.currency))
    audit.record(
        action=action,
        target=audit.target_of(model="order.creditaccount", pk=account.pk),
        actor=by,
        at=at,
        before=before or {},
        after={**after, "balance": balance},
        reason=reason.strip()[:200],
    )
