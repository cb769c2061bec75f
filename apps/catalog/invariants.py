"""What must be true of the read model: it follows the truth; and of kits."""

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
    books.Invariant(
        name="catalog.kits_are_made_of_goods",
        sentence="What a kit is made of can be taken from a shelf: no kit, and nothing that only has variants.",
        sql="""
SELECT kit.upc, format('%%s is no goods', coalesce(inside.upc, inside.title))
  FROM catalogue_kitcomponent part JOIN catalogue_product kit ON kit.id = part.kit_id
  JOIN catalogue_product inside ON inside.id = part.product_id
 WHERE inside.structure = 'parent' OR EXISTS (SELECT FROM catalogue_kitcomponent WHERE kit_id = inside.id)
 ORDER BY part.id
""",
    ),
)
