"""One address for every kind of page a visitor can open without a past, found in the demo's data."""

from __future__ import annotations

from apps.catalog import queries as catalog
from apps.markets import context
from apps.markets import queries as markets
from apps.markets.context import Shop
from apps.storefront import pages


def hosts() -> dict[str, str]:
    """The host each brand's pages are asked under in tests."""
    return {"halles": "localhost", "volt": "volt.localhost"}


def shop_of(code: str, brand: str = "halles") -> Shop:
    """One of the demo's shops."""
    return markets.shop_for(brand_code=brand, code=code)


def product_urls(shop: Shop) -> list[str]:
    """Products of a shop, in the sitemap's order."""
    return [url for _id, url, _changed in catalog.sitemap_products(shop=shop)]


def product_with_variants(shop: Shop) -> str:
    """The first product one can choose a variant of."""
    for url in product_urls(shop):
        data = catalog.product_page(shop=shop, slug=url.rstrip("/").rsplit("/", 1)[-1])
        if not isinstance(data, catalog.Moved) and data and len(data.variants) > 1:
            return url
    raise LookupError("no product with variants")


def _word(shop: Shop) -> str:
    """A word that finds something in the shop."""
    slug = product_urls(shop)[0].rstrip("/").rsplit("/", 1)[-1]
    found = catalog.product_page(shop=shop, slug=slug)
    return found.name.split()[0].lower()


def public(shop: Shop) -> dict[str, str]:
    """Page kind → address of pages that anyone may open."""
    menu = [node for node in catalog.menu(shop=shop) if node.in_menu]
    department = next(node for node in menu if node.children)
    with context.using(shop=shop):
        texts = pages.links(shop=shop)
    prefix = shop.prefix
    return {
        "home": prefix,
        "department": department.url,
        "category": department.children[0].url,
        "listing filtered": f"{department.url}?sort=price_asc&min_price=10",
        "search": f"{prefix}search/?q={_word(shop)}",
        "search without results": f"{prefix}search/?q=zzzqqqxxx",
        "product": product_urls(shop)[0],
        "product with variants": product_with_variants(shop),
        "basket empty": f"{prefix}basket/",
        "order lookup": f"{prefix}orders/",
        "withdraw": f"{prefix}withdraw/",
        "contact": f"{prefix}contact/",
        "stores": f"{prefix}stores/",
        "markets": f"{prefix}markets/",
        "static page": next(iter(texts.values())).url,
        "sign in": f"{prefix}account/login/",
        "sign up": f"{prefix}account/signup/",
        "password reset": f"{prefix}account/password/reset/",
        "entry": "/",
    }
