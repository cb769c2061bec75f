"""What must be true of payments (docs/rules/books.md)."""

from apps.core import books

# The minor units of an amount in the currency of `placed`.
_MINOR = "round({0} * power(10::numeric, coalesce((%(digits)s::jsonb ->> placed.currency)::int, 2)))"

books.register(
    books.Invariant(
        name="payments.a_confirmed_order_is_paid_once",
        sentence="What was paid or set aside for a confirmed order is exactly its total, by one payment from outside.",
        sql=f"""
SELECT placed.number, format('%%s, total %%s %%s, paid in minor units: %%s', placed.state, placed.total_incl_tax,
                             placed.currency, coalesce(paid.amounts, 'nothing'))
  FROM order_order placed
  CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE credit_account_id IS NULL AND gateway <> 'exchange') AS others,
           coalesce(sum(good.minor), 0) AS minor,
           string_agg(good.minor || ' ' || currency, ', ' ORDER BY id) AS amounts,
           coalesce(bool_and(currency = placed.currency), true) AS same_currency
      FROM order_payment
      CROSS JOIN LATERAL (SELECT CASE state WHEN 'authorised' THEN amount_minor
                                            ELSE captured_minor + released_minor END AS minor) good
     WHERE order_id = placed.id AND state IN ('paid', 'authorised', 'void_due', 'voided') AND good.minor > 0) paid
 WHERE placed.state IN ('confirmed', 'in_fulfilment', 'shipped', 'delivered')
   AND (paid.others > 1 OR paid.minor <> {_MINOR.format("placed.total_incl_tax")} OR NOT paid.same_currency)
 ORDER BY placed.id
""",  # noqa: S608 -- put together from constants
    ),
    books.Invariant(
        name="payments.amounts_follow_the_state",
        sentence="A payment captured, released and sent back what it says; a paid one all that was asked for.",
        sql="""
SELECT placed.number, format('%%s %%s: asked %%s, came %%s, captured %%s (in parts %%s), released %%s of %%s,'
                             ' sent back %%s of %%s', payment.gateway, payment.state, payment.amount_minor, came.minor,
                             payment.captured_minor, parts.minor, payment.released_minor, returned.released,
                             payment.refunded_minor, returned.minor)
  FROM order_payment payment JOIN order_order placed ON placed.id = payment.order_id
  CROSS JOIN LATERAL (SELECT coalesce(nullif(payment.received_minor, 0),
                                      payment.amount_minor - payment.released_minor) AS minor) came
  CROSS JOIN LATERAL (SELECT coalesce(sum(amount_minor) FILTER (WHERE NOT is_release), 0) AS minor,
                             coalesce(sum(amount_minor) FILTER (WHERE is_release), 0) AS released
                        FROM order_refundtender
                       WHERE payment_id = payment.id AND state = 'sent' AND into_id IS NULL) returned
  CROSS JOIN LATERAL (SELECT count(*) AS number, coalesce(sum(amount_minor) FILTER (WHERE state = 'done'), 0) AS minor
                        FROM order_paymentcapture WHERE payment_id = payment.id) parts
 WHERE payment.released_minor <> returned.released
    OR (parts.number > 0 AND parts.minor <> payment.captured_minor)
    OR CASE payment.state
         WHEN 'paid' THEN payment.captured_minor + payment.released_minor <> payment.amount_minor
                          OR payment.refunded_minor <> returned.minor
         WHEN 'authorised' THEN payment.captured_minor <> parts.minor OR payment.refunded_minor <> returned.minor
         WHEN 'void_due' THEN payment.captured_minor <> parts.minor OR payment.refunded_minor <> returned.minor
         WHEN 'refund_due' THEN payment.captured_minor <> came.minor OR payment.refunded_minor >= came.minor
         WHEN 'refunded' THEN payment.captured_minor <> came.minor OR payment.refunded_minor <> came.minor
         ELSE payment.captured_minor <> 0 OR payment.refunded_minor <> 0
       END
 ORDER BY payment.id
""",
    ),
    books.Invariant(
        name="payments.exchanges_are_paid_with_refunds",
        sentence="What another order's goods paid for an order is what its refund gave for it, and is sent to nobody.",
        sql="""
SELECT placed.number, format('%%s of %%s by exchange, %%s given for it', payment.captured_minor, payment.state,
                             given.minor)
  FROM order_payment payment JOIN order_order placed ON placed.id = payment.order_id
  CROSS JOIN LATERAL (SELECT coalesce(sum(amount_minor), 0) AS minor FROM order_refundtender
                       WHERE into_id = payment.id AND state = 'sent') given
 WHERE (payment.gateway = 'exchange' OR given.minor > 0)
   AND (payment.gateway <> 'exchange' OR payment.captured_minor <> given.minor)
 ORDER BY payment.id
""",
    ),
    books.Invariant(
        name="payments.captures_follow_what_left",
        sentence="Only what left is captured, or what is about to lapse; of an order sent whole nothing stays open.",
        sql="""
SELECT placed.number, format('%%s captured for fulfilment %%s, which has not left', part.amount_minor, parcel.id)
  FROM order_paymentcapture part JOIN order_fulfilment parcel ON parcel.id = part.fulfilment_id
  JOIN order_order placed ON placed.id = parcel.order_id
 WHERE parcel.shipped_at IS NULL
UNION ALL
SELECT placed.number, format('sent whole, %%s authorised, %%s captured, %%s released', payment.amount_minor,
                             payment.captured_minor, payment.released_minor)
  FROM order_payment payment JOIN order_order placed ON placed.id = payment.order_id
 WHERE payment.state = 'authorised' AND placed.state IN ('shipped', 'delivered')
   AND (SELECT max(at) FROM order_transition WHERE order_id = placed.id AND machine = 'order' AND new = 'shipped')
       < %(late)s
   AND NOT EXISTS (SELECT FROM order_paymentcapture WHERE payment_id = payment.id AND state = 'refused')
""",
    ),
)
