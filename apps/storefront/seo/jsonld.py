"""Structured data (schema.org as JSON-LD): what the page says, once more for machines. Prices are those shown."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from apps.catalog.queries import ProductPageData, Variant
from apps.markets.context import Shop
from apps.storefront.contexts import Link
from apps.storefront.presenters.pictures import media_url

_ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026", 0x2028: "\\u2028", 0x2029: "\\u2029"}


def _script(*objects: Mapping[str, Any]) -> SafeString:
    graph = {"@context": "https://schema.org", "@graph": list(objects)}
    text = json.dumps(graph, ensure_ascii=False, separators=(",", ":")).translate(_ESCAPES)
    return mark_safe(text)  # noqa: S308 -- every character that could end a script element is escaped


def shop(*, shop: Shop, origin: str) -> SafeString:
    """The shop itself and its search box."""
    home = f"{origin}{shop.prefix}"
    return _script(
        {
            "@type": "OnlineStore",
            "@id": f"{home}#shop",
            "name": shop.brand.name,
            "legalName": shop.seller.name,
            "url": home,
            "hasMerchantReturnPolicy": _returns(shop),
        },
        {
            "@type": "WebSite",
            "url": home,
            "name": shop.brand.name,
            "inLanguage": shop.locale_tag,
            "potentialAction": {
                "@type": "SearchAction",
                "target": f"{home}search/?q={{search_term_string}}",
                "query-input": "required name=search_term_string",
            },
        },
    )


def _returns(shop: Shop) -> dict[str, Any]:
    return {
        "@type": "MerchantReturnPolicy",
        "applicableCountry": shop.market.country,
        "returnPolicyCategory": "https://schema.org/MerchantReturnFiniteReturnWindow",
        "merchantReturnDays": shop.market.withdrawal_days,
        "returnMethod": "https://schema.org/ReturnByMail",
    }


def _breadcrumbs(links: Sequence[Link], origin: str) -> dict[str, Any]:
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": place, "name": link.label, "item": f"{origin}{link.url}"}
            for place, link in enumerate((link for link in links if link.url), start=1)
        ],
    }


def breadcrumbs(*, links: Sequence[Link], origin: str) -> SafeString:
    """The way to a page."""
    return _script(_breadcrumbs(links, origin))


def product(
    *,
    shop: Shop,
    data: ProductPageData,
    stock: Mapping[int, int],
    coming: Mapping[int, int],
    links: Sequence[Link],
    origin: str,
) -> SafeString:
    """A product or, with variants, a product group; each variant with its own offer."""
    common: dict[str, Any] = {
        "name": data.name,
        "description": data.structured.get("description") or data.name,
        "image": [f"{origin}{media_url(path)}" for path in data.structured.get("images", [])],
        "brand": {"@type": "Brand", "name": data.structured.get("maker") or shop.brand.name},
    }
    if len(data.variants) == 1:
        main = {"@type": "Product", **common, **_identity(data.variants[0])}
        main["offers"] = _offer(shop, data, data.variants[0], _state(data.variants[0], stock, coming), origin)
        return _script(main, _breadcrumbs(links, origin))
    group = {
        "@type": "ProductGroup",
        **common,
        "productGroupID": data.structured.get("sku") or str(data.product_id),
        "url": f"{origin}{data.url}",
        "variesBy": list(data.structured.get("varies_by", [])),
        "hasVariant": [
            {
                "@type": "Product",
                **common,
                "name": f"{data.name}, {variant.label}" if variant.label else data.name,
                **_identity(variant),
                "offers": _offer(shop, data, variant, _state(variant, stock, coming), origin),
            }
            for variant in data.variants
        ],
    }
    return _script(group, _breadcrumbs(links, origin))


def _identity(variant: Variant) -> dict[str, str]:
    found = {"sku": variant.sku}
    return found | {"gtin": variant.gtin} if variant.gtin else found


def _state(variant: Variant, stock: Mapping[int, int], coming: Mapping[int, int]) -> str:
    """The schema.org word: stock counts what is on its way, `coming` only that."""
    left = stock.get(variant.product_id, 0)
    if left > coming.get(variant.product_id, 0):
        return "InStock"
    return "BackOrder" if left else "OutOfStock"


def _offer(shop: Shop, data: ProductPageData, variant: Variant, state: str, origin: str) -> dict[str, Any]:
    several = len(data.variants) > 1
    return {
        "@type": "Offer",
        "url": f"{origin}{data.url}?variant={variant.sku}" if several else f"{origin}{data.url}",
        "price": str(variant.price.amount),
        "priceCurrency": variant.price.currency,
        "availability": f"https://schema.org/{state}",
        "itemCondition": "https://schema.org/NewCondition",
        "seller": {"@type": "Organization", "name": shop.seller.name},
        "hasMerchantReturnPolicy": _returns(shop),
    }
