"""Sitemaps: one index per host, one file per shop and kind, streamed from publications."""

from collections.abc import Iterator
from datetime import datetime
from xml.sax.saxutils import escape

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import reverse

from apps.catalog import queries as catalog
from apps.markets import context
from apps.markets import queries as markets
from apps.markets.context import Shop
from apps.markets.errors import UnknownShop
from apps.storefront import pages
from apps.storefront.views.base import origin

KINDS = ("products", "categories", "pages")
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_NAMESPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
_XML = "application/xml; charset=utf-8"


def index(request: HttpRequest) -> HttpResponse:
    """The sitemaps of the brand's live shops."""
    brand = getattr(request, "brand", None)
    if brand is None:
        raise Http404
    host = origin(request=request)
    entries = "".join(
        f"<sitemap><loc>{escape(host)}/sitemaps/{shop.code}-{kind}.xml</loc></sitemap>\n"
        for shop in markets.live_shops(brand_code=brand.code)
        for kind in KINDS
    )
    return HttpResponse(f"{_HEAD}<sitemapindex {_NAMESPACE}>\n{entries}</sitemapindex>\n", content_type=_XML)


def section(request: HttpRequest, code: str, kind: str) -> StreamingHttpResponse:
    """The addresses of one kind in one shop."""
    brand = getattr(request, "brand", None)
    if brand is None or kind not in KINDS:
        raise Http404
    try:
        shop = markets.shop_for(brand_code=brand.code, code=code)
    except UnknownShop as error:
        raise Http404 from error
    if shop not in markets.live_shops(brand_code=brand.code):
        raise Http404
    return StreamingHttpResponse(_document(shop, kind, origin(request=request)), content_type=_XML)


def _document(shop: Shop, kind: str, host: str) -> Iterator[str]:
    yield f"{_HEAD}<urlset {_NAMESPACE}>\n"
    for path, changed in _entries(shop, kind):
        lastmod = f"<lastmod>{changed.date().isoformat()}</lastmod>" if changed else ""
        yield f"<url><loc>{escape(host + path)}</loc>{lastmod}</url>\n"
    yield "</urlset>\n"


def _entries(shop: Shop, kind: str) -> Iterator[tuple[str, datetime | None]]:
    if kind == "products":
        yield from ((url, changed) for _id, url, changed in catalog.sitemap_products(shop=shop))
    elif kind == "categories":
        yield from ((url, None) for _id, url in catalog.sitemap_categories(shop=shop))
    else:
        with context.using(shop=shop):
            found = [reverse("home"), reverse("stores"), reverse("contact")]
            found += [link.url for link in pages.links(shop=shop).values()]
        yield from ((path, None) for path in found)
