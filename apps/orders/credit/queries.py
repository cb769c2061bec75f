"""Reads of gift cards and store credit."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.formats import date_format

from apps.core.money import Money, from_minor
from apps.markets.context import MarketInfo, Shop
from apps.orders.credit import codes
from apps.orders.credit.data import Credit, CreditUse, OnAccount
from apps.orders.credit.errors import GiftCardEmpty, GiftCardExpired, GiftCardUnknown
from apps.orders.enums import CreditKind
from apps.orders.models import CreditAccount, CreditMovement

_OVERDUE = """
SELECT account.id, coalesce(due.minor, 0) - coalesce(paid.minor, 0)
  FROM order_creditaccount account
  CROSS JOIN LATERAL (
    SELECT sum(greatest(0, least(payment.amount_minor - payment.refunded_minor, invoiced.minor))) AS minor
      FROM order_payment payment
      CROSS JOIN LATERAL (
        SELECT coalesce(sum(CASE kind WHEN 'credit_note' THEN -gross_minor ELSE gross_minor END) FILTER (
                 WHERE kind = 'credit_note' OR issued_at < %(at)s - account.terms_days * interval '1 day'), 0) AS minor
          FROM order_invoice WHERE order_id = payment.order_id) invoiced
     WHERE payment.credit_account_id = account.id AND payment.state IN ('paid', 'refund_due')) due
  CROSS JOIN LATERAL (
    SELECT sum(amount_minor) AS minor FROM order_creditmovement
     WHERE account_id = account.id AND kind = 'paid_in') paid
 WHERE account.id = ANY(%(accounts)s) AND account.kind = 'on_account'
"""


def gift_card_of(*, shop: Shop, code: str, at: datetime) -> Credit:
    """
    Return the gift card with that code, as somebody typed it, if it can pay in this shop now. One statement at most.

    Raises GiftCardUnknown (another brand's, another currency's and blocked ones too), GiftCardExpired, GiftCardEmpty.
    """
    plain = codes.plain(text=code)
    found = plain and CreditAccount.objects.filter(code_digest=codes.digest(code=plain), is_blocked=False).first()
    if not found or (found.brand_id, found.currency) != (shop.brand.id, shop.market.currency):
        raise GiftCardUnknown
    if found.expires_on is not None and found.expires_on < _today(market=shop.market, at=at):
        raise GiftCardExpired(end=found.code_end, day=date_format(found.expires_on, "DATE_FORMAT"))
    if not found.balance_minor:
        raise GiftCardEmpty(end=found.code_end)
    return _credit(found)


def usable(*, shop: Shop, account_ids: Sequence[int], owner_id: int | None, at: datetime) -> list[Credit]:
    """
    Return which of these accounts can pay in this shop now, in the order given. One statement, none without ids.

    Gift cards belong to whoever named their code before; the others to their owner alone. Nobody buys on account while
    something is overdue; that is asked by a second statement.
    """
    if not account_ids:
        return []
    rows = {row.pk: row for row in payers(market=shop.market, owner_id=owner_id, at=at).filter(pk__in=account_ids)}
    for late in overdue(account_ids=[pk for pk, row in rows.items() if row.kind == CreditKind.ON_ACCOUNT], at=at):
        del rows[late]
    return [_credit(rows[key]) for key in dict.fromkeys(account_ids) if key in rows]


def store_credit_of(*, shop: Shop, owner_id: int | None, at: datetime) -> Credit | None:
    """Return the store credit an account may use in this shop, if any. One statement, none for guests."""
    if owner_id is None:
        return None
    rows = payers(market=shop.market, owner_id=owner_id, at=at).filter(kind=CreditKind.STORE_CREDIT)
    row = rows.first()
    return None if row is None else _credit(row)


def on_account_of(*, shop: Shop, owner_id: int | None, at: datetime) -> OnAccount | None:
    """Return what a customer may still buy on account in this shop, if they do. Two statements, none for guests."""
    if owner_id is None:
        return None
    row = _open(market=shop.market, owner_id=owner_id, at=at).filter(kind=CreditKind.ON_ACCOUNT).first()
    if row is None:
        return None
    late = overdue(account_ids=[row.pk], at=at).get(row.pk, 0)
    return OnAccount(credit=_credit(row), overdue=from_minor(late, row.currency))


def overdue(*, account_ids: Sequence[int], at: datetime) -> dict[int, int]:
    """
    Return what accounts owe past its day, in minor units; those that owe nothing so are left out. One statement.

    Owed is what was invoiced and not credited, at most what the account paid of the order; payments settle the oldest
    first.
    """
    if not account_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_OVERDUE, {"accounts": list(account_ids), "at": at})
        return {account_id: int(minor) for account_id, minor in cursor.fetchall() if minor > 0}


def payers(*, market: MarketInfo, owner_id: int | None, at: datetime) -> QuerySet[CreditAccount]:
    """Accounts that may pay in a market now: its brand's and currency's, in date, neither blocked nor empty."""
    return _open(market=market, owner_id=owner_id, at=at).filter(balance_minor__gt=0)


def _open(*, market: MarketInfo, owner_id: int | None, at: datetime) -> QuerySet[CreditAccount]:
    """The same, empty ones too."""
    return CreditAccount.objects.filter(
        Q(owner__isnull=True) | Q(owner_id=owner_id),
        Q(expires_on__isnull=True) | Q(expires_on__gte=_today(market=market, at=at)),
        brand_id=market.brand.id,
        currency=market.currency,
        is_blocked=False,
    )


def shared_out(*, credits_: Sequence[Credit], total: Money) -> list[CreditUse]:
    """Return what each account pays of a total, the first as much as it can; accounts that pay nothing are left out."""
    rest = total
    uses: list[CreditUse] = []
    for each in credits_:
        amount = min(each.balance, rest)
        if amount.minor > 0:
            uses.append(CreditUse(account_id=each.account_id, amount=amount))
            rest -= amount
    return uses


def movements_of(*, account_id: int) -> list[CreditMovement]:
    """Every movement of an account, newest first. One statement."""
    rows = CreditMovement.objects.filter(account_id=account_id).select_related("payment__order").order_by("-id")
    return list(rows)


def _today(*, market: MarketInfo, at: datetime) -> date:
    return at.astimezone(market.time_zone).date()


def _credit(row: CreditAccount) -> Credit:
    return Credit(
        account_id=row.pk,
        kind=CreditKind(row.kind),
        end=row.code_end,
        balance=from_minor(row.balance_minor, row.currency),
        terms_days=row.terms_days or 0,
    )
