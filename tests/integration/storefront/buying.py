"""A guest's way through the shop with Django's client, step by step."""

import re

from django.db import connection

from apps.catalog.enums import Availability
from tests.html_rules import HTML, parse

DETAILS = {
    "email": "demo.shopper@example.com",
    "name": "Demo Acheteuse",
    "street": "12 rue de la Démonstration",
    "postcode": "69003",
    "city": "Lyon",
}


def sellable(*, market: str = "halles-fr", many: int = 1) -> list[int]:
    """Single products that are published and well in stock in a market."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT p.product_id FROM catalogue_publication p JOIN markets_market m ON m.id = p.market_id
               JOIN catalogue_product c ON c.id = p.product_id
               WHERE m.code = %s AND c.structure = 'standalone' AND p.availability = %s
                 AND (SELECT sum(on_hand - reserved) FROM partner_stocklevel s WHERE s.product_id = c.id) > 20
               GROUP BY p.product_id ORDER BY p.product_id LIMIT %s""",
            [market, Availability.IN_STOCK.value, many],
        )
        return [row[0] for row in cursor.fetchall()]


def add(visitor, product_id, *, quantity="1", shop="fr-fr", **headers):
    """Put a product into the basket."""
    return visitor.post(f"/{shop}/basket/add/", {"product": product_id, "quantity": quantity}, **headers)


def to_review(visitor, *, shop="fr-fr", **changes):
    """Answer the first two steps and return the third."""
    first = visitor.post(f"/{shop}/checkout/", DETAILS | changes)
    assert first.status_code == 302, first.content.decode()[:2000]
    code = re.search(r'name="delivery" value="(\w+)"', visitor.get(f"/{shop}/checkout/delivery/").content.decode())[1]
    assert visitor.post(f"/{shop}/checkout/delivery/", {"delivery": code}).status_code == 302
    return visitor.get(f"/{shop}/checkout/review/")


def order_form(page, *, payment="demo"):
    """What the review step's form would send."""
    tree = parse(page.content.decode())
    hidden = {
        field.get("name"): field.get("value") for field in tree.iter(f"{HTML}input") if field.get("type") == "hidden"
    }
    return {name: hidden[name] for name in ("idempotency_key", "confirmed_total")} | {"payment": payment}


def place(visitor, page, *, shop="fr-fr", **changes):
    """Press the order button of a review page."""
    return visitor.post(f"/{shop}/checkout/place/", order_form(page) | changes)


def lines(visitor, *, shop="fr-fr"):
    """Return (line id, quantity) of the visitor's basket as its page shows them."""
    page = visitor.get(f"/{shop}/basket/").content.decode()
    found = re.findall(r'action="/[a-z-]+/basket/(\d+)/"', page)
    quantities = re.findall(r'name="quantity" type="number"[^>]* value="(\d+)"', page)
    return [(int(line), int(count)) for line, count in zip(found, quantities, strict=True)]
