"""
What may be used only so often: vouchers and offers. Taken by conditional writes in the order's transaction.

Oscar counts by read, add and save, which lets two buyers both see the last use. Here a voucher's use is a row the
database accepts once, and an offer's count rises only while it stays within its limits.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction

from apps.core import locks
from apps.orders.basket.codes import ONCE_PER_CUSTOMER, SINGLE_USE
from apps.orders.basket.data import AppliedOffer, BasketVoucher
from apps.orders.basket.known_offers import forget_offers
from apps.orders.errors import OfferUsedUp, VoucherUsedUp

_TAKE_SLOTS = """
WITH taken AS (
  INSERT INTO order_voucherslot (voucher_id, slot, order_id, taken_at)
  SELECT voucher_id, slot, %(order)s, %(at)s
    FROM unnest(%(vouchers)s::bigint[], %(slots)s::text[]) AS wanted(voucher_id, slot)
   ORDER BY voucher_id, slot
      ON CONFLICT (voucher_id, slot) DO NOTHING
  RETURNING voucher_id
), written AS (
  INSERT INTO voucher_voucherapplication (voucher_id, order_id, user_id, date_created)
  SELECT voucher_id, %(order)s, %(owner)s, %(at)s FROM taken
)
SELECT voucher_id FROM taken
"""
_COUNT_VOUCHERS = """
UPDATE voucher_voucher voucher
   SET num_orders = voucher.num_orders + 1, total_discount = voucher.total_discount + used.amount
  FROM unnest(%s::bigint[], %s::numeric[]) AS used(voucher_id, amount)
 WHERE voucher.id = used.voucher_id
"""
_LOCK_OFFERS = "SELECT id FROM offer_conditionaloffer WHERE id = ANY(%s) ORDER BY id FOR UPDATE"
_COUNT_OFFERS = """
UPDATE offer_conditionaloffer offer
   SET num_applications = offer.num_applications + used.times, num_orders = offer.num_orders + 1,
       total_discount = offer.total_discount + used.amount
  FROM unnest(%(offers)s::bigint[], %(times)s::int[], %(amounts)s::numeric[]) AS used(offer_id, times, amount)
 WHERE offer.id = used.offer_id
   AND (offer.max_global_applications IS NULL
        OR offer.num_applications + used.times <= offer.max_global_applications)
   AND (offer.max_discount IS NULL OR offer.total_discount + used.amount <= offer.max_discount)
   AND (offer.max_user_applications IS NULL OR %(owner)s::bigint IS NULL
        OR used.times + (SELECT coalesce(sum(earlier.frequency), 0)
                           FROM order_orderdiscount earlier JOIN order_order placed ON placed.id = earlier.order_id
                          WHERE earlier.offer_id = offer.id AND placed.user_id = %(owner)s
                            AND placed.state NOT IN ('expired', 'cancelled') AND placed.id <> %(order)s)
           <= offer.max_user_applications)
RETURNING offer.id
"""
_GIVE_BACK = """
WITH freed AS (
  DELETE FROM order_voucherslot WHERE order_id = %(order)s RETURNING voucher_id
), unwritten AS (
  DELETE FROM voucher_voucherapplication WHERE order_id = %(order)s
), given AS (
  SELECT voucher_id, sum(amount) AS amount FROM order_orderdiscount
   WHERE order_id = %(order)s AND voucher_id IS NOT NULL GROUP BY voucher_id
), uncounted AS (
  UPDATE voucher_voucher voucher
     SET num_orders = greatest(voucher.num_orders - 1, 0),
         total_discount = greatest(voucher.total_discount - coalesce(given.amount, 0), 0)
    FROM freed LEFT JOIN given ON given.voucher_id = freed.voucher_id
   WHERE voucher.id = freed.voucher_id
)
SELECT count(*) FROM freed
"""


def take_vouchers(
    *, order_id: int, number: str, owner_id: int | None, vouchers: Sequence[BasketVoucher], at: datetime
) -> None:
    """Take one use of each voucher that gave something. Two statements. Raises VoucherUsedUp."""
    used = sorted((voucher for voucher in vouchers if voucher.discount), key=lambda voucher: voucher.id)
    if not used:
        return
    locks.note(rank=locks.Rank.VOUCHER)
    with connection.cursor() as cursor:
        cursor.execute(
            _TAKE_SLOTS,
            {
                "order": order_id,
                "owner": owner_id,
                "at": at,
                "vouchers": [voucher.id for voucher in used],
                "slots": [_slot(voucher=voucher, owner_id=owner_id, number=number) for voucher in used],
            },
        )
        taken = {row[0] for row in cursor.fetchall()}
        for voucher in used:
            if voucher.id not in taken:
                raise VoucherUsedUp(code=voucher.code)
        cursor.execute(
            _COUNT_VOUCHERS, [[voucher.id for voucher in used], [voucher.discount.amount for voucher in used]]
        )


def take_offers(*, order_id: int, owner_id: int | None, offers: Sequence[AppliedOffer]) -> None:
    """Count the use of each offer within its limits. Two statements. Raises OfferUsedUp."""
    if not offers:
        return
    used = sorted(offers, key=lambda offer: offer.offer_id)
    locks.note(rank=locks.Rank.OFFER)
    with connection.cursor() as cursor:
        # The lock comes first, in its own statement, so that the count below sees what earlier buyers committed.
        cursor.execute(_LOCK_OFFERS, [[offer.offer_id for offer in used]])
        cursor.execute(
            _COUNT_OFFERS,
            {
                "offers": [offer.offer_id for offer in used],
                "times": [offer.times for offer in used],
                "amounts": [offer.amount.amount for offer in used],
                "owner": owner_id,
                "order": order_id,
            },
        )
        counted = {row[0] for row in cursor.fetchall()}
    for offer in used:
        if offer.offer_id not in counted:
            # What this process believes of the offers is out of date.
            forget_offers()
            raise OfferUsedUp(name=offer.name)


@transaction.atomic
def give_back_vouchers(*, order_id: int) -> int:
    """
    Free the voucher uses of an order that expired or was cancelled; return how many. Safe to repeat.

    Bound to the order, never to its basket: what a later order took stays taken.
    """
    with connection.cursor() as cursor:
        cursor.execute(_GIVE_BACK, {"order": order_id})
        return int(cursor.fetchone()[0])


def _slot(*, voucher: BasketVoucher, owner_id: int | None, number: str) -> str:
    if voucher.usage == SINGLE_USE:
        return "1"
    if voucher.usage == ONCE_PER_CUSTOMER:
        return f"customer:{owner_id}"
    return f"order:{number}"
