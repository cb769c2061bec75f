"""What must be true of stock: movements and promises explain every figure."""

from apps.core import books
from apps.inventory.queries import CHECK_LEDGER

books.register(
    books.Invariant(
        name="stock.movements_explain_every_level",
        sentence="On hand and reserved are the sums of their movements, and reserved is the sum of what is promised.",
        sql=f"""
SELECT sku || ' @ ' || place,
       format('on hand %%s, moved %%s; reserved %%s, moved %%s, promised %%s',
              on_hand, on_hand_moved, reserved, reserved_moved, promised)
  FROM ({CHECK_LEDGER}) AS found(id, sku, place, on_hand, on_hand_moved, reserved, reserved_moved, promised)
""",  # noqa: S608 -- put together from constants
    ),
    books.Invariant(
        name="stock.every_promise_is_kept_or_given_back",
        sentence="The movements of a promise sum to the units still held, and to nothing afterwards.",
        sql="""
WITH held AS (
  SELECT level_id, reference, coalesce(sum(quantity) FILTER (WHERE state = 'held'), 0) AS units
    FROM partner_reservation GROUP BY level_id, reference
), moved AS (
  SELECT level_id, reference, sum(reserved_delta) AS units
    FROM partner_stockmovement WHERE reserved_delta <> 0 GROUP BY level_id, reference
)
SELECT coalesce(held.reference, moved.reference) || ' ' || coalesce(product.upc, ''),
       format('%%s units held, moved %%s', coalesce(held.units, 0), coalesce(moved.units, 0))
  FROM held FULL JOIN moved USING (level_id, reference)
  JOIN partner_stocklevel level ON level.id = level_id
  JOIN catalogue_product product ON product.id = level.product_id
 WHERE coalesce(held.units, 0) <> coalesce(moved.units, 0)
 ORDER BY level_id, coalesce(held.reference, moved.reference)
""",
    ),
    books.Invariant(
        name="stock.capacities_count_their_orders",
        sentence="A day of a location counts as many orders as use it.",
        sql="""
SELECT place.code || ' ' || day.day, format('%%s counted, %%s used', day.taken, used.orders)
  FROM partner_locationday day JOIN partner_location place ON place.id = day.location_id
  CROSS JOIN LATERAL (SELECT count(*) AS orders FROM partner_capacityuse
                       WHERE location_id = day.location_id AND partner_capacityuse.day = day.day) used
 WHERE day.taken <> used.orders ORDER BY place.code, day.day
""",
    ),
)
