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
        sentence="The movements of a promise sum to its units while it is held, and to nothing afterwards.",
        sql="""
SELECT promise.reference || ' ' || coalesce(product.upc, ''),
       format('%%s of %%s units, moved %%s', promise.state, promise.quantity, coalesce(moved.units, 0))
  FROM partner_reservation promise
  JOIN partner_stocklevel level ON level.id = promise.level_id
  JOIN catalogue_product product ON product.id = level.product_id
  LEFT JOIN (SELECT level_id, reference, sum(reserved_delta) AS units FROM partner_stockmovement
              WHERE reference <> '' GROUP BY level_id, reference) moved
    ON moved.level_id = promise.level_id AND moved.reference = promise.reference
 WHERE coalesce(moved.units, 0) <> CASE promise.state WHEN 'held' THEN promise.quantity ELSE 0 END
 ORDER BY promise.id
""",
    ),
)
