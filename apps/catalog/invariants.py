"""What must be true of the read model: it follows the truth."""

from apps.core import books

books.register(
    books.Invariant(
        name="catalog.publication_follows_the_truth",
        sentence="No product waits longer than 15 minutes to be published after a change.",
        sql="""
SELECT coalesce(product.upc, product.id::text), format('due since %%s: %%s', min(due.due_since), min(due.reason))
  FROM catalogue_publicationdue due JOIN catalogue_product product ON product.id = due.product_id
 WHERE due.due_since < %(late)s GROUP BY product.id ORDER BY product.id
""",
    ),
)
