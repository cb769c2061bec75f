"""What must be true of invoices and credit notes (docs/rules/books.md)."""

from apps.core import books

books.register(
    books.Invariant(
        name="invoices.series_have_no_gap",
        sentence="Each series of invoice numbers runs from 1 to its last without a gap, later numbers never earlier.",
        sql="""
SELECT series.prefix || ' ' || series.kind || ' ' || series.year,
       format('last %%s, %%s issued, highest %%s', series.last, count(doc.id), coalesce(max(doc.position), 0))
  FROM order_invoiceseries series LEFT JOIN order_invoice doc ON doc.series_id = series.id
 GROUP BY series.id HAVING count(doc.id) <> series.last OR coalesce(max(doc.position), 0) <> series.last
UNION ALL
SELECT number, format('issued %%s, the one before %%s', issued_at, before) FROM (
  SELECT number, issued_at, lag(issued_at) OVER (PARTITION BY series_id ORDER BY position) AS before FROM order_invoice
) course WHERE issued_at < before
""",
    ),
    books.Invariant(
        name="invoices.lines_sum_to_each_document",
        sentence="The lines of each invoice and credit note sum to its totals, and so do its tax rates.",
        sql="""
SELECT doc.number, format('net %%s tax %%s; lines %%s and %%s; rates %%s and %%s', doc.net_minor, doc.tax_minor,
                          lines.net, lines.tax, rates.net, rates.tax)
  FROM order_invoice doc
  CROSS JOIN LATERAL (SELECT coalesce(sum(net_minor), 0) AS net, coalesce(sum(tax_minor), 0) AS tax
                        FROM order_invoiceline WHERE invoice_id = doc.id) lines
  CROSS JOIN LATERAL (SELECT coalesce(sum((rate ->> 'net')::bigint), 0) AS net,
                             coalesce(sum((rate ->> 'tax')::bigint), 0) AS tax
                        FROM jsonb_array_elements(doc.taxes) AS rate) rates
 WHERE (doc.net_minor, doc.tax_minor) <> (lines.net, lines.tax)
    OR (doc.net_minor, doc.tax_minor) <> (rates.net, rates.tax)
""",
    ),
    books.Invariant(
        name="invoices.what_left_is_invoiced_once",
        sentence="What left is invoiced as it left, in 15 minutes; invoices and what was never sent sum to the order.",
        sql="""
SELECT placed.number, format('fulfilment %%s left at %%s and has no invoice', parcel.id, parcel.shipped_at)
  FROM order_fulfilment parcel JOIN order_order placed ON placed.id = parcel.order_id
 WHERE parcel.shipped_at < %(late)s AND NOT EXISTS (SELECT FROM order_invoice WHERE fulfilment_id = parcel.id)
UNION ALL
SELECT doc.number, format('line %%s: %%s invoiced, %%s left', line.line_id, line.quantity, carried.quantity)
  FROM order_invoice doc JOIN order_invoiceline line ON line.invoice_id = doc.id AND line.line_id IS NOT NULL
  LEFT JOIN order_fulfilmentline carried
    ON carried.fulfilment_id = doc.fulfilment_id AND carried.line_id = line.line_id
 WHERE doc.kind = 'invoice' AND carried.quantity IS DISTINCT FROM line.quantity
UNION ALL
SELECT placed.number, format('sold for %%s %%s, invoiced %%s, %%s paid back unsent', placed.total_incl_tax,
                             placed.currency, sums.gross, unsent.gross)
  FROM order_order placed
  CROSS JOIN LATERAL (SELECT coalesce(sum(gross_minor), 0) AS gross FROM order_invoice
                       WHERE order_id = placed.id AND kind = 'invoice') sums
  CROSS JOIN LATERAL (SELECT coalesce(sum(part.amount_minor), 0) AS gross FROM order_refundline part
                        JOIN order_refund refund ON refund.id = part.refund_id
                        JOIN order_returnline given ON given.parent_id = refund.parent_id
                         AND given.line_id = part.line_id AND given.unsent > 0
                        JOIN order_line line ON line.id = part.line_id AND line.order_id = placed.id) unsent
  -- The delivery of an order of which nothing ever left.
  CROSS JOIN LATERAL (SELECT coalesce(sum(refund.delivery_minor), 0) AS gross FROM order_refund refund
                        JOIN order_return given ON given.id = refund.parent_id
                       WHERE given.order_id = placed.id AND sums.gross = 0) undelivered
 WHERE placed.state IN ('shipped', 'delivered')
   AND NOT EXISTS (SELECT FROM order_fulfilment parcel WHERE parcel.order_id = placed.id
                      AND parcel.shipped_at IS NOT NULL
                      AND NOT EXISTS (SELECT FROM order_invoice WHERE fulfilment_id = parcel.id))
   AND sums.gross + unsent.gross + undelivered.gross <> round(placed.total_incl_tax
                           * power(10::numeric, coalesce((%(digits)s::jsonb ->> placed.currency)::int, 2)))
""",
    ),
    books.Invariant(
        name="invoices.refunds_of_what_left_are_credited",
        sentence="A refund of goods that left has its credit note within 15 minutes, over exactly its money for them.",
        sql="""
SELECT back.number, format('owed %%s for goods that left, credited %%s', owed.minor, coalesce(doc.gross_minor, 0))
  FROM order_refund refund JOIN order_return back ON back.id = refund.parent_id
  LEFT JOIN order_invoice doc ON doc.refund_id = refund.id
  CROSS JOIN LATERAL (
    SELECT coalesce(sum(part.amount_minor), 0)
           + CASE WHEN EXISTS (SELECT FROM order_invoice WHERE order_id = back.order_id AND kind = 'invoice')
                  THEN refund.delivery_minor ELSE 0 END AS minor
      FROM order_refundline part JOIN order_returnline given
        ON given.parent_id = back.id AND given.line_id = part.line_id AND given.unsent = 0
     WHERE part.refund_id = refund.id) owed
 WHERE (doc.id IS NULL AND owed.minor > 0 AND refund.requested_at < %(late)s)
    OR (doc.id IS NOT NULL AND doc.gross_minor <> owed.minor)
""",
    ),
)
