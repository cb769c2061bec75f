"""Voucher codes in a basket. Putting one in takes nothing; its use is taken in the order's own transaction."""

from datetime import datetime

from django.db import connection, transaction

from apps.markets.context import Shop
from apps.orders.basket import known_offers, queries
from apps.orders.basket import rows as basket_rows
from apps.orders.errors import VoucherNotApplicable, VoucherUnknown

_FIND = "SELECT id FROM voucher_voucher WHERE code = upper(%s)"
_ATTACH = "INSERT INTO basket_basket_vouchers (basket_id, voucher_id) VALUES (%s, %s) ON CONFLICT DO NOTHING"
_DETACH = """
DELETE FROM basket_basket_vouchers held USING voucher_voucher voucher
 WHERE held.basket_id = %s AND voucher.id = held.voucher_id AND voucher.code = upper(%s)
"""
_LONGEST_CODE = 128


@transaction.atomic
def apply_voucher(*, shop: Shop, basket_id: int, owner_id: int | None, code: str, at: datetime) -> None:
    """
    Put a voucher into a basket. Safe to repeat.

    Refused with the reason, then not kept: VoucherUnknown, VoucherNotActive, VoucherUsedUp, VoucherNeedsAccount.
    A good voucher that nothing in the basket meets yet is kept; the basket names the reason (VoucherNotApplicable).
    """
    wanted = code.strip()
    basket_rows.lock(shop=shop, basket_id=basket_id, owner_id=owner_id)
    voucher_id = _voucher_id(wanted)
    if voucher_id is None:
        raise VoucherUnknown(code=wanted[:_LONGEST_CODE])
    with connection.cursor() as cursor:
        cursor.execute(_ATTACH, [basket_id, voucher_id])
    # A voucher made a moment ago may use an offer this process has not read yet.
    known_offers.forget_offers()
    view = queries.basket_view(shop=shop, basket_id=basket_id, at=at)
    reason = next(voucher.reason for voucher in view.vouchers if voucher.id == voucher_id)
    if reason is not None and not isinstance(reason, VoucherNotApplicable):
        # Raising rolls the attachment back.
        raise reason


@transaction.atomic
def remove_voucher(*, shop: Shop, basket_id: int, owner_id: int | None, code: str) -> None:
    """Take a voucher out. Safe to repeat. Raises BasketNotFound."""
    basket_rows.lock(shop=shop, basket_id=basket_id, owner_id=owner_id)
    with connection.cursor() as cursor:
        cursor.execute(_DETACH, [basket_id, code.strip()[:_LONGEST_CODE]])


def _voucher_id(code: str) -> int | None:
    if not code or len(code) > _LONGEST_CODE or "\x00" in code:
        return None
    with connection.cursor() as cursor:
        cursor.execute(_FIND, [code])
        row = cursor.fetchone()
    return row[0] if row else None
