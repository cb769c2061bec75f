"""What must be true of goods kept for checkouts (docs/rules/books.md)."""

from apps.core import books

books.register(
    books.Invariant(
        name="orders.holds_end_in_time",
        sentence="Goods kept for a checkout have a time until when, and are free 15 minutes after it at the latest.",
        sql="""
SELECT promise.reference,
       format('%%s units kept until %%s', sum(promise.quantity), coalesce(min(kept.expires_at)::text, 'ever'))
  FROM partner_reservation promise
  LEFT JOIN order_stockhold kept ON promise.reference = 'hold:' || kept.basket_id
 WHERE promise.state = 'held' AND promise.reference LIKE 'hold:%%'
   AND (kept.expires_at IS NULL OR kept.expires_at < %(late)s)
 GROUP BY promise.reference ORDER BY promise.reference
""",
    )
)
