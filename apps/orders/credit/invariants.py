"""What must be true of gift cards and store credit (docs/rules/books.md)."""

from apps.core import books

_NAME = "account.kind || ' ' || account.id"

books.register(
    books.Invariant(
        name="credit.movements_sum_to_the_balance",
        sentence="The movements of each gift card and store credit sum to its balance, and each tells what it left.",
        sql=f"""
SELECT {_NAME}, format('balance %%s, movements %%s', account.balance_minor, sums.minor)
  FROM order_creditaccount account
  CROSS JOIN LATERAL (SELECT coalesce(sum(amount_minor), 0) AS minor FROM order_creditmovement
                       WHERE account_id = account.id) sums
 WHERE sums.minor <> account.balance_minor
UNION ALL
SELECT {_NAME}, format('movement %%s left %%s, those up to it %%s', course.id, course.balance_minor, course.running)
  FROM (SELECT id, account_id, balance_minor,
               sum(amount_minor) OVER (PARTITION BY account_id ORDER BY id) AS running
          FROM order_creditmovement) course
  JOIN order_creditaccount account ON account.id = course.account_id
 WHERE course.running <> course.balance_minor
""",  # noqa: S608 -- put together from constants
    ),
    books.Invariant(
        name="credit.payments_agree_with_movements",
        sentence="What an order took of a gift card or credit is what its payment captured, and so is what went back.",
        sql="""
SELECT placed.number, format('payment %%s captured %%s, sent back %%s; taken %%s, given back %%s', payment.id,
                             payment.captured_minor, payment.refunded_minor, moved.taken, moved.back)
  FROM order_payment payment JOIN order_order placed ON placed.id = payment.order_id
  CROSS JOIN LATERAL (
    SELECT coalesce(-sum(amount_minor) FILTER (WHERE kind = 'spent'), 0) AS taken,
           coalesce(sum(amount_minor) FILTER (WHERE kind = 'given_back'), 0) AS back,
           coalesce(bool_and(account_id = payment.credit_account_id), true) AS same
      FROM order_creditmovement WHERE payment_id = payment.id) moved
 WHERE payment.credit_account_id IS NOT NULL
   AND ((moved.taken, moved.back) <> (payment.captured_minor, payment.refunded_minor) OR NOT moved.same)
""",
    ),
)
