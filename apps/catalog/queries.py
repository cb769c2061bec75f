from dataclasses import dataclass, field
from django.db import connection
@dataclass(frozen=True)
class SellableLine:
    product_id: int
    sku: str
    name: str
    url: str
    picture: dict = field(default_factory=dict)
def sellable_lines(*, shop, product_ids):
    with connection.cursor() as c:
        c.execute("""SELECT p.id, p.upc, pub.name, pub.slug, pub.card FROM catalogue_product p JOIN catalogue_publication pub ON pub.product_id=coalesce(p.parent_id,p.id)
          WHERE p.id=ANY(%s) AND pub.market_id=%s AND pub.language=%s""", [list(product_ids), shop.market.id, shop.language])
        return {r[0]: SellableLine(r[0], r[1], r[2], f"{shop.prefix}p/{r[3]}/", {}) for r in c.fetchall()}
