"""What is said of the codes in a basket: what each gives, or why it gives nothing."""

from collections.abc import Mapping
from datetime import datetime

from apps.core.errors import Refusal
from apps.core.money import total
from apps.markets.context import Shop
from apps.orders.basket.data import AppliedOffer, BasketVoucher
from apps.orders.basket.rows import VoucherRow
from apps.orders.basket.shortfall import Shortfall
from apps.orders.basket.words import written
from apps.orders.errors import (
    VoucherBeaten,
    VoucherElsewhere,
    VoucherNeedsAccount,
    VoucherNeedsItems,
    VoucherNeedsMore,
    VoucherNotActive,
    VoucherNotApplicable,
    VoucherUsedUp,
)

SINGLE_USE = "Single use"
ONCE_PER_CUSTOMER = "Once per customer"


def refusal_of(*, row: VoucherRow, owner_id: int | None, at: datetime) -> Refusal | None:
    """Return why a voucher may not be used at all, None where it may."""
    if not row.is_active(at=at):
        return VoucherNotActive(code=row.code)
    if row.usage == ONCE_PER_CUSTOMER and owner_id is None:
        return VoucherNeedsAccount(code=row.code)
    if row.taken:
        return VoucherUsedUp(code=row.code)
    return None


def short(*, code: str, by: Shortfall, shop: Shop) -> Refusal:
    """Return what keeps a code from applying, as a sentence with the gap."""
    if by.amount is not None:
        return VoucherNeedsMore(code=code, amount=written(money=by.amount, shop=shop))
    if by.items:
        return VoucherNeedsItems(code=code, count=by.items)
    if by.is_elsewhere:
        return VoucherElsewhere(code=code)
    return VoucherBeaten(code=code) if by.is_beaten else VoucherNotApplicable(code=code)


def told(
    *, row: VoucherRow, reasons: Mapping[int, Refusal], applied: tuple[AppliedOffer, ...], shop: Shop
) -> BasketVoucher:
    """Return a voucher with what it gives; reasons: by voucher id, why it may not be used or falls short."""
    mine = (offer.amount for offer in applied if offer.voucher_id == row.id)
    discount = total(mine, currency=shop.market.currency)
    reason = reasons.get(row.id) or (None if discount else VoucherNotApplicable(code=row.code))
    return BasketVoucher(id=row.id, code=row.code, name=row.name, usage=row.usage, discount=discount, reason=reason)
