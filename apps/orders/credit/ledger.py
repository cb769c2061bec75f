"""The one place that changes a balance: row lock, movement and balance in one transaction."""

from datetime import datetime

from django.db import transaction

from apps.core import locks
from apps.core.money import from_minor
from apps.orders.credit.errors import BelowZero
from apps.orders.enums import CreditMovementKind
from apps.orders.models import CreditAccount, CreditMovement


def lock(*, account_ids: list[int]) -> dict[int, CreditAccount]:
    """Lock accounts by id, as all who change balances do; return those that exist."""
    rows = locks.lock_rows(queryset=CreditAccount.objects.filter(pk__in=account_ids), rank=locks.Rank.CREDIT_ACCOUNT)
    return {row.pk: row for row in rows}


@transaction.atomic
def move(
    *,
    account: CreditAccount,
    kind: CreditMovementKind,
    amount_minor: int,
    key: str,
    by: str,
    at: datetime,
    reason: str = "",
    payment_id: int | None = None,
) -> bool:
    """
    Put money on a locked account, or take it off (negative); return whether this call did. Repeated with the same key,
    it changes nothing.

    Raises BelowZero; the database refuses a balance below zero whoever asks.
    """
    if CreditMovement.objects.filter(key=key).exists():
        return False
    if account.balance_minor + amount_minor < 0:
        raise BelowZero(balance=str(from_minor(account.balance_minor, account.currency)))
    account.balance_minor += amount_minor
    account.save(update_fields=["balance_minor"])
    CreditMovement.objects.create(
        account=account,
        kind=kind,
        amount_minor=amount_minor,
        balance_minor=account.balance_minor,
        payment_id=payment_id,
        key=key,
        actor=by,
        reason=reason[:200],
        at=at,
    )
    return True
