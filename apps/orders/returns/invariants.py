"""What must be true of goods that come back and of the money for them (docs/rules/books.md)."""

from apps.core import books

books.register(
    books.Invariant(
        name="returns.no_unit_comes_back_twice",
        sentence="No more units of a line are given back than were bought, nor paid back than were accepted.",
        sql="""
SELECT placed.number, format('line %%s: %%s bought, %%s given back, %%s accepted, %%s paid back', line.position,
                             line.quantity, given.units, given.accepted, paid.units)
  FROM order_line line JOIN order_order placed ON placed.id = line.order_id
  CROSS JOIN LATERAL (SELECT coalesce(sum(part.quantity), 0) AS units,
                             coalesce(sum(part.sellable + part.refurbish + part.damaged + part.unsent), 0) AS accepted
                        FROM order_returnline part JOIN order_return back ON back.id = part.parent_id
                       WHERE part.line_id = line.id AND back.state <> 'cancelled') given
  CROSS JOIN LATERAL (SELECT coalesce(sum(quantity), 0) AS units FROM order_refundline WHERE line_id = line.id) paid
 WHERE given.units > line.quantity OR paid.units <> given.accepted
 ORDER BY placed.id, line.position
""",
    ),
    books.Invariant(
        name="returns.what_came_back_had_left",
        sentence="No more units of a line came back, or were refused, than left.",
        sql="""
SELECT placed.number, format('line %%s: %%s left, %%s decided', line.position, carried.units, back.units)
  FROM order_line line JOIN order_order placed ON placed.id = line.order_id
  CROSS JOIN LATERAL (SELECT coalesce(sum(part.sellable + part.refurbish + part.damaged + part.refused), 0) AS units
                        FROM order_returnline part WHERE part.line_id = line.id) back
  CROSS JOIN LATERAL (SELECT coalesce(sum(part.quantity), 0) AS units FROM order_fulfilmentline part
                        JOIN order_fulfilment parcel ON parcel.id = part.fulfilment_id
                       WHERE part.line_id = line.id AND parcel.shipped_at IS NOT NULL) carried
 WHERE back.units > carried.units
 ORDER BY placed.id, line.position
""",
    ),
    books.Invariant(
        name="returns.refunds_sum_to_the_cent",
        sentence="Lines and delivery sum to each refund, so do its tenders; no order is paid back more than it cost.",
        sql="""
SELECT placed.number, format('refund %%s: lines %%s + delivery %%s, tax %%s + %%s of %%s', refund.amount_minor,
                             lines.minor, refund.delivery_minor, lines.tax, refund.delivery_tax_minor, refund.tax_minor)
  FROM order_refund refund JOIN order_return back ON back.id = refund.parent_id
  JOIN order_order placed ON placed.id = back.order_id
  CROSS JOIN LATERAL (SELECT coalesce(sum(amount_minor), 0) AS minor, coalesce(sum(tax_minor), 0) AS tax
                        FROM order_refundline WHERE refund_id = refund.id) lines
 WHERE lines.minor + refund.delivery_minor <> refund.amount_minor
    OR lines.tax + refund.delivery_tax_minor <> refund.tax_minor
UNION ALL
SELECT placed.number, format('captured %%s, sent back or owed %%s', payment.captured_minor, owed.minor)
  FROM order_payment payment JOIN order_order placed ON placed.id = payment.order_id
  CROSS JOIN LATERAL (SELECT coalesce(sum(amount_minor), 0) AS minor FROM order_refundtender
                       WHERE payment_id = payment.id AND NOT is_release) owed
  CROSS JOIN LATERAL (SELECT coalesce(sum(amount_minor), 0) AS minor FROM order_paymentcapture
                       WHERE payment_id = payment.id AND state <> 'done') asked
 WHERE owed.minor > payment.captured_minor + asked.minor
UNION ALL
SELECT back.number, format('refund %%s %%s, tenders %%s, %%s of them due', refund.amount_minor, refund.state,
                           coalesce(sum(tender.amount_minor), 0), count(*) FILTER (WHERE tender.state = 'due'))
  FROM order_refund refund JOIN order_return back ON back.id = refund.parent_id
  LEFT JOIN order_refundtender tender ON tender.refund_id = refund.id
 GROUP BY refund.id, back.id
HAVING coalesce(sum(tender.amount_minor), 0) <> refund.amount_minor
    OR (refund.state = 'due') <> (count(*) FILTER (WHERE tender.state = 'due') > 0)
""",
    ),
    books.Invariant(
        name="returns.state_follows_the_refund",
        sentence="A return that is to be refunded owes a refund, and a refunded one has sent it.",
        sql="""
SELECT back.number, format('%%s, refund %%s', back.state, coalesce(refund.state, 'none'))
  FROM order_return back LEFT JOIN order_refund refund ON refund.parent_id = back.id
 WHERE CASE back.state WHEN 'refund_due' THEN refund.state IS DISTINCT FROM 'due'
                       WHEN 'refunded' THEN coalesce(refund.state, 'sent') <> 'sent'
                       ELSE refund.id IS NOT NULL END
 ORDER BY back.id
""",
    ),
)
