"""What must be true of orders, their goods, their vouchers and their mails (docs/rules/books.md)."""

from apps.core import books
from apps.orders.credit import invariants as _credit  # noqa: F401 -- registers those of gift cards and store credit
from apps.orders.holds import invariants as _holds  # noqa: F401 -- registers that of checkouts
from apps.orders.invoices import invariants as _invoices  # noqa: F401 -- registers those of invoices
from apps.orders.payments import invariants as _payments  # noqa: F401 -- registers those of payments
from apps.orders.returns import invariants as _returns  # noqa: F401 -- registers those of returns

books.register(
    books.Invariant(
        name="orders.parts_sum_to_the_total",
        sentence="Lines and delivery sum to the order's total, with tax and without, and its tax rates to its tax.",
        sql="""
SELECT placed.number,
       format('lines %%s + delivery %%s, total %%s; without tax %%s + %%s, total %%s; tax by rate %%s',
              lines.gross, placed.shipping_incl_tax, placed.total_incl_tax,
              lines.net, placed.shipping_excl_tax, placed.total_excl_tax, rates.tax)
  FROM order_order placed
  CROSS JOIN LATERAL (SELECT coalesce(sum(line_price_incl_tax), 0) AS gross,
                             coalesce(sum(line_price_excl_tax), 0) AS net
                        FROM order_line WHERE order_id = placed.id) lines
  CROSS JOIN LATERAL (SELECT coalesce(sum((rate ->> 'tax')::numeric), 0) AS tax
                        FROM jsonb_array_elements(placed.tax_lines) AS rate) rates
 WHERE lines.gross + placed.shipping_incl_tax <> placed.total_incl_tax
    OR lines.net + placed.shipping_excl_tax <> placed.total_excl_tax
    OR rates.tax <> placed.total_incl_tax - placed.total_excl_tax
 ORDER BY placed.id
""",
    ),
    books.Invariant(
        name="orders.kits_are_their_lines",
        sentence="The lines of an order's kit are that order's, hold whole kits, and cost what the kits do.",
        sql="""
SELECT placed.number, format('%%s × %%s at %%s, its lines %%s or %%s without tax', kit.quantity, kit.sku,
                             kit.unit_shown, lines.gross, lines.net)
  FROM order_orderkit kit JOIN order_order placed ON placed.id = kit.order_id
  CROSS JOIN LATERAL (SELECT coalesce(sum(line.line_price_before_discounts_incl_tax), 0) AS gross,
                             coalesce(sum(line.line_price_before_discounts_excl_tax), 0) AS net,
                             count(*) FILTER (WHERE line.order_id <> kit.order_id
                                                 OR line.quantity %% kit.quantity <> 0) AS strange
                        FROM order_line line WHERE line.kit_id = kit.id) lines
 WHERE lines.strange > 0 OR kit.quantity * kit.unit_shown NOT IN (lines.gross, lines.net)
 ORDER BY placed.id, kit.position
""",
    ),
    books.Invariant(
        name="orders.history_leads_to_the_state",
        sentence="Each order, payment, fulfilment and return has a history without gaps that ends in its state.",
        sql="""
WITH steps AS (
  SELECT order_id, machine, subject_id, old, new,
         lag(new, 1, '') OVER course AS before, lead(id) OVER course IS NULL AS is_last
    FROM order_transition WINDOW course AS (PARTITION BY machine, subject_id ORDER BY id)
), present AS (
  SELECT id AS order_id, 'order' AS machine, id AS subject_id, state FROM order_order
  UNION ALL SELECT order_id, 'payment', id, state FROM order_payment
  UNION ALL SELECT order_id, 'fulfilment', id, state FROM order_fulfilment
  UNION ALL SELECT order_id, 'return', id, state FROM order_return
)
SELECT placed.number, found.detail FROM (
  SELECT order_id, format('%%s %%s: from %%s, but it was %%s', machine, subject_id, old, before) AS detail
    FROM steps WHERE old <> before
  UNION ALL
  SELECT present.order_id, format('%%s %%s is %%s, its history ends in %%s', present.machine, present.subject_id,
                                  present.state, coalesce(steps.new, 'nothing'))
    FROM present LEFT JOIN steps USING (machine, subject_id)
   WHERE coalesce(steps.is_last, true) AND present.state IS DISTINCT FROM steps.new
) found JOIN order_order placed ON placed.id = found.order_id ORDER BY placed.id
""",
    ),
    books.Invariant(
        name="orders.goods_are_promised_or_sent",
        sentence="An open order holds, sent, awaits or paid back unsent every unit it sold; an ended one holds none.",
        sql="""
WITH sold AS (
  SELECT order_id, product_id, sum(quantity) AS units FROM order_line GROUP BY order_id, product_id
), stock AS (
  SELECT promise.reference, level.product_id,
         coalesce(sum(promise.quantity) FILTER (WHERE promise.state = 'held'), 0) AS held,
         coalesce(sum(promise.quantity) FILTER (WHERE promise.state = 'shipped'), 0) AS sent
    FROM partner_reservation promise JOIN partner_stocklevel level ON level.id = promise.level_id
   GROUP BY promise.reference, level.product_id
), unheld AS (
  SELECT line.order_id, line.product_id, sum(part.waiting) AS waiting, sum(part.unsent) AS unsent
    FROM order_line line CROSS JOIN LATERAL (
      SELECT coalesce(sum(carried.quantity), 0) AS waiting, 0 AS unsent FROM order_fulfilmentline carried
        JOIN order_fulfilment fulfilment ON fulfilment.id = carried.fulfilment_id AND fulfilment.state = 'waiting'
       WHERE carried.line_id = line.id
      UNION ALL
      SELECT 0, coalesce(sum(unsent), 0) FROM order_returnline WHERE line_id = line.id) part
   GROUP BY line.order_id, line.product_id
)
SELECT placed.number, format('%%s: %%s sold, %%s held, %%s sent, %%s awaited, %%s unsent, product %%s',
                             placed.state, sold.units, coalesce(stock.held, 0), coalesce(stock.sent, 0), unheld.waiting,
                             unheld.unsent, sold.product_id)
  FROM order_order placed
  JOIN sold ON sold.order_id = placed.id AND sold.product_id IS NOT NULL
  JOIN unheld ON unheld.order_id = placed.id AND unheld.product_id = sold.product_id
  LEFT JOIN stock ON stock.reference = 'order:' || placed.number AND stock.product_id = sold.product_id
 WHERE CASE
         WHEN placed.state IN ('expired', 'cancelled') THEN coalesce(stock.held, 0) <> 0
         WHEN placed.state IN ('shipped', 'delivered')
           THEN coalesce(stock.held, 0) <> 0 OR unheld.waiting <> 0
                OR coalesce(stock.sent, 0) + unheld.unsent <> sold.units
         ELSE coalesce(stock.held, 0) + coalesce(stock.sent, 0) + unheld.waiting + unheld.unsent <> sold.units
       END
 ORDER BY placed.id
""",
    ),
    books.Invariant(
        name="orders.expected_goods_are_promised",
        sentence="What an order awaits of goods on their way is promised of them; what came is to be picked.",
        sql="""
SELECT placed.number, format('%%s units of product %%s expected of %%s, %%s promised', carried.units,
                             carried.product_id, place.name, held.units)
  FROM (
    SELECT fulfilment.order_id, fulfilment.location_id, line.product_id, sum(part.quantity) AS units
      FROM order_fulfilment fulfilment
      JOIN order_fulfilmentline part ON part.fulfilment_id = fulfilment.id
      JOIN order_line line ON line.id = part.line_id
     WHERE fulfilment.state = 'expected'
     GROUP BY fulfilment.order_id, fulfilment.location_id, line.product_id) carried
  JOIN order_order placed ON placed.id = carried.order_id
  JOIN partner_location place ON place.id = carried.location_id
  CROSS JOIN LATERAL (
    SELECT coalesce(sum(promise.quantity), 0) AS units, array_agg(level.id) AS levels
      FROM partner_stocklevel level
      LEFT JOIN partner_reservation promise ON promise.level_id = level.id AND promise.state = 'held'
       AND promise.reference = 'order:' || placed.number
     WHERE level.location_id = carried.location_id AND level.product_id = carried.product_id) held
 WHERE held.units <> carried.units
   AND NOT EXISTS (
     SELECT FROM partner_stockmovement move WHERE move.level_id = ANY(held.levels) AND move.kind = 'arrive'
        AND move.reference = 'order:' || placed.number AND move.at >= %(late)s)
 ORDER BY placed.id
""",
    ),
    books.Invariant(
        name="orders.collected_goods_lie_in_the_store",
        sentence="What is ready or was collected lay in the store its shopper chose; what is collected is not sent.",
        sql="""
SELECT placed.number, format('fulfilment %%s is %%s at %%s, to be collected at %%s', fulfilment.id, fulfilment.state,
                             fulfilment.location_id, coalesce(placed.collect_at_id::text, 'no store'))
  FROM order_fulfilment fulfilment JOIN order_order placed ON placed.id = fulfilment.order_id
 WHERE CASE
         WHEN fulfilment.state = 'ready' OR fulfilment.ready_at IS NOT NULL
           THEN fulfilment.location_id IS DISTINCT FROM placed.collect_at_id
         ELSE placed.collect_at_id IS NOT NULL AND fulfilment.state IN ('shipped', 'delivered')
       END
 ORDER BY placed.id, fulfilment.id
""",
    ),
    books.Invariant(
        name="orders.versions_add_up",
        sentence="At every version of an order what was paid less what went back is what is owed for the rest of it.",
        sql="""
SELECT placed.number, format('version %%s: %%s paid, %%s back, %%s owed', edit.version, edit.outcome ->> 'paid_minor',
                             edit.outcome ->> 'back_minor', edit.outcome ->> 'owed_minor')
  FROM order_orderedit edit JOIN order_order placed ON placed.id = edit.order_id
 WHERE edit.state = 'confirmed'
   AND ((edit.outcome ->> 'paid_minor')::bigint - (edit.outcome ->> 'back_minor')::bigint
        IS DISTINCT FROM (edit.outcome ->> 'owed_minor')::bigint
        OR edit.version <> 1 + (SELECT count(*) FROM order_orderedit other WHERE other.order_id = edit.order_id
                                   AND other.state = 'confirmed' AND other.version <= edit.version))
 ORDER BY placed.id, edit.version
""",
    ),
    books.Invariant(
        name="orders.fulfilments_carry_every_unit",
        sentence="The fulfilments of an order in work carry the units of its lines, those paid back unsent left out.",
        sql="""
SELECT placed.number, format('line %%s: %%s sold, %%s carried, %%s unsent', line.position, line.quantity,
                             carried.units, unsent.units)
  FROM order_order placed
  JOIN order_line line ON line.order_id = placed.id
  CROSS JOIN LATERAL (
    SELECT coalesce(sum(part.quantity), 0) AS units FROM order_fulfilmentline part
      JOIN order_fulfilment fulfilment ON fulfilment.id = part.fulfilment_id
       AND fulfilment.state NOT IN ('cancelled', 'rejected', 'replaced')
     WHERE part.line_id = line.id) carried
  CROSS JOIN LATERAL (SELECT coalesce(sum(unsent), 0) AS units FROM order_returnline WHERE line_id = line.id) unsent
 WHERE placed.state IN ('in_fulfilment', 'shipped', 'delivered') AND carried.units + unsent.units <> line.quantity
 ORDER BY placed.id, line.position
""",
    ),
    books.Invariant(
        name="orders.nothing_outlives_its_deadline",
        sentence="No unpaid order, open payment, authorised payment, waiting or ready goods stand 15 minutes past their"
        " deadline.",
        sql="""
SELECT placed.number, format('unpaid, to expire at %%s', placed.expires_at)
  FROM order_order placed WHERE placed.state = 'placed' AND placed.expires_at < %(late)s
UNION ALL
SELECT placed.number,
       format('%%s payment %%s, to be settled by %%s', payment.gateway, payment.state, payment.deadline_at)
  FROM order_payment payment JOIN order_order placed ON placed.id = payment.order_id
 WHERE payment.state IN ('created', 'pending') AND payment.deadline_at < %(late)s
UNION ALL
SELECT placed.number, format('%%s payment authorised until %%s', payment.gateway, payment.authorised_until)
  FROM order_payment payment JOIN order_order placed ON placed.id = payment.order_id
 WHERE payment.state = 'authorised' AND payment.authorised_until < %(late)s
UNION ALL
SELECT placed.number, format('goods wait for a location, to be given up at %%s', fulfilment.waits_until)
  FROM order_fulfilment fulfilment JOIN order_order placed ON placed.id = fulfilment.order_id
 WHERE fulfilment.state = 'waiting' AND fulfilment.waits_until < %(late)s
UNION ALL
SELECT placed.number, format('goods kept ready to be collected until %%s', fulfilment.due_at)
  FROM order_fulfilment fulfilment JOIN order_order placed ON placed.id = fulfilment.order_id
 WHERE fulfilment.state = 'ready' AND fulfilment.due_at < %(late)s
""",
    ),
    books.Invariant(
        name="vouchers.uses_are_counted",
        sentence="A voucher counts as many orders as hold one of its uses.",
        sql="""
SELECT voucher.code, format('%%s counted, %%s held', voucher.num_orders, count(slot.id))
  FROM voucher_voucher voucher LEFT JOIN order_voucherslot slot ON slot.voucher_id = voucher.id
 GROUP BY voucher.id HAVING voucher.num_orders <> count(slot.id) ORDER BY voucher.id
""",
    ),
    books.Invariant(
        name="mails.every_confirmed_order_is_told_once",
        sentence="A confirmed order has one confirmation, sent within 15 minutes of the confirmation.",
        sql="""
WITH confirmed AS (
  SELECT order_id, min(at) AS at FROM order_transition WHERE machine = 'order' AND new = 'confirmed' GROUP BY order_id
)
SELECT placed.number, format('confirmed at %%s, %%s confirmations, %%s sent', confirmed.at, mails.owed, mails.sent)
  FROM confirmed JOIN order_order placed ON placed.id = confirmed.order_id
  CROSS JOIN LATERAL (SELECT count(*) AS owed, count(*) FILTER (WHERE state = 'sent') AS sent FROM order_maillog
                       WHERE order_id = placed.id AND kind = 'order_confirmation') mails
 WHERE mails.owed > 1 OR (mails.sent = 0 AND confirmed.at < %(late)s)
 ORDER BY placed.id
""",
    ),
)
