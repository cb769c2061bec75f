"""Reads of gift cards and store credit."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db.models import Q, QuerySet
from django.utils.formats import date_format

from apps.core.money import Money, from_minor
from apps.markets.context import MarketInfo, Shop
from apps.orders.credit import codes
from apps.orders.credit.data import Credit, CreditUse
from apps.orders.credit.errors import GiftCardEmpty, GiftCardExpired, GiftCardUnknown
from apps.orders.enums import CreditKind
from apps.orders.models import CreditAccount, CreditMovement


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

    Gift cards belong to whoever named their code before; store credit to its owner alone.
    """
    if not account_ids:
        return []
    rows = {row.pk: row for row in payers(market=shop.market, owner_id=owner_id, at=at).filter(pk__in=account_ids)}
    return [_credit(rows[key]) for key in dict.fromkeys(account_ids) if key in rows]


def store_credit_of(*, shop: Shop, owner_id: int | None, at: datetime) -> Credit | None:
    """Return the store credit an account may use in this shop, if any. One statement, none for guests."""
    if owner_id is None:
        return None
    rows = payers(market=shop.market, owner_id=owner_id, at=at).filter(kind=CreditKind.STORE_CREDIT)
    row = rows.first()
    return None if row is None else _credit(row)


def payers(*, market: MarketInfo, owner_id: int | None, at: datetime) -> QuerySet[CreditAccount]:
    """Accounts that may pay in a market now: its brand's and currency's, in date, neither blocked nor empty."""
    return CreditAccount.objects.filter(
        Q(owner__isnull=True) | Q(owner_id=owner_id),
        Q(expires_on__isnull=True) | Q(expires_on__gte=_today(market=market, at=at)),
        brand_id=market.brand.id,
        currency=market.currency,
        is_blocked=False,
        balance_minor__gt=0,
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
    )
