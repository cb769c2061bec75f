"""
Buying on account: what a customer may owe us, as a ledger of what is still free of their limit.

open_account      staff let a customer buy on account, up to a limit, to be paid so many days after each invoice
change_limit      staff change limit and days
record_paid       a transfer came for what is owed

The balance is what may still be bought: an order takes from it like from store credit (`operations.spend`), in the
transaction that places it, so no order passes the limit however many are placed at once. What comes back, and what the
customer pays, is free again.
"""

from datetime import datetime

from django.contrib.auth import get_user_model
from django.db import transaction

from apps.core import audit, locks
from apps.core.money import Money, from_minor
from apps.orders.credit import ledger
from apps.orders.credit.errors import (
    AccountThere,
    LimitBelowOwed,
    MoreThanOwed,
    NoSuchCustomer,
    NothingOnIt,
    ReasonNeeded,
    ReferenceNeeded,
)
from apps.orders.enums import CreditKind, CreditMovementKind
from apps.orders.models import CreditAccount, CreditMovement


@transaction.atomic
def open_account(
    *, brand_id: int, email: str, limit: Money, terms_days: int, reason: str, key: str, by: str, at: datetime
) -> CreditAccount:
    """
    Let a customer buy on account; return the account. by: "user:id", audited.

    limit: what they may owe at most, tax included. terms_days: so long after an invoice it is to be paid (at most 60,
    Directive 2011/7 art. 3(5), C. com. L441-10). Repeated with the same key, it returns the account that was opened.
    Raises NothingOnIt, ReasonNeeded, NoSuchCustomer, AccountThere.
    """
    _check(amount=limit, reason=reason)
    owner = get_user_model().objects.filter(email__iexact=email.strip(), is_active=True).order_by("pk").first()
    if owner is None:
        raise NoSuchCustomer(email=email)
    own = {"kind": CreditKind.ON_ACCOUNT, "owner": owner, "brand_id": brand_id, "currency": limit.currency}
    known = CreditAccount.objects.filter(**own).first()
    if known is not None and CreditMovement.objects.filter(account=known, key=key).exists():
        return known
    if known is not None:
        raise AccountThere(email=email)
    locks.note(rank=locks.Rank.CREDIT_ACCOUNT)
    account = CreditAccount.objects.create(
        **own, limit_minor=limit.minor, terms_days=terms_days, balance_minor=0, created_at=at
    )
    _move(account, kind=CreditMovementKind.ISSUED, amount_minor=limit.minor, reason=reason, key=key, by=by, at=at)
    return account


@transaction.atomic
def change_limit(
    *, account_id: int, limit: Money, terms_days: int, reason: str, key: str, by: str, at: datetime
) -> None:
    """
    Change what a customer may owe, and for how long. by: "user:id", audited. Safe to repeat with the same key.

    Invoices keep the day they were given. Locks the account. Raises NothingOnIt, ReasonNeeded, LimitBelowOwed.
    """
    _check(amount=limit, reason=reason)
    account = ledger.lock(account_ids=[account_id])[account_id]
    if account.limit_minor is None:
        raise ValueError(f"credit account {account_id} is not for buying on account")
    if CreditMovement.objects.filter(key=key).exists():
        return
    change = limit.minor - account.limit_minor
    if account.balance_minor + change < 0:
        raise LimitBelowOwed(owed=str(from_minor(account.limit_minor - account.balance_minor, account.currency)))
    account.limit_minor, account.terms_days = limit.minor, terms_days
    account.save(update_fields=["limit_minor", "terms_days"])
    kind = CreditMovementKind.CORRECTED
    _move(account, kind=kind, amount_minor=change, reason=reason, key=key, by=by, at=at)


@transaction.atomic
def record_paid(*, account_id: int, amount: Money, reference: str, by: str, at: datetime) -> bool:
    """
    Record a transfer for what is owed; return whether this call did. by: "user:id", audited.

    reference: the bank's, which counts once for an account. What is paid settles the oldest invoices first (C. civ.
    art. 1342-10). Locks the account. Raises NothingOnIt, ReferenceNeeded, MoreThanOwed.
    """
    if amount.minor <= 0:
        raise NothingOnIt
    reference = " ".join(reference.split())
    if not reference:
        raise ReferenceNeeded
    account = ledger.lock(account_ids=[account_id])[account_id]
    key = f"paid-{account_id}-{reference}"[:120]
    if CreditMovement.objects.filter(key=key).exists():
        return False
    owed = (account.limit_minor or 0) - account.balance_minor
    if amount.currency != account.currency or amount.minor > owed:
        raise MoreThanOwed(owed=str(from_minor(max(owed, 0), account.currency)))
    kind = CreditMovementKind.PAID_IN
    return _move(account, kind=kind, amount_minor=amount.minor, reason=reference, key=key, by=by, at=at)


def _check(*, amount: Money, reason: str) -> None:
    if amount.minor <= 0:
        raise NothingOnIt
    if not reason.strip():
        raise ReasonNeeded


def _move(
    account: CreditAccount,
    *,
    kind: CreditMovementKind,
    amount_minor: int,
    reason: str,
    key: str,
    by: str,
    at: datetime,
) -> bool:
    done = True
    if amount_minor:
        done = ledger.move(
            account=account, kind=kind, amount_minor=amount_minor, key=key, by=by, at=at, reason=reason.strip()
        )
    audit.record(
        action=f"on_account.{kind}",
        target=audit.target_of(model="order.creditaccount", pk=account.pk),
        actor=by,
        at=at,
        after={
            "amount_minor": amount_minor,
            "limit_minor": account.limit_minor,
            "terms_days": account.terms_days,
            "balance_minor": account.balance_minor,
        },
        reason=reason.strip()[:200],
    )
    return done
