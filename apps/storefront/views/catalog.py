"""Categories, search and products. All are the same for every visitor, so all may be kept."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.urls import reverse
from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from apps.catalog import queries as catalog
from apps.core import clock
from apps.inventory.sourcing import queries as stock
from apps.markets.context import Shop
from apps.orders import sourcing
from apps.storefront.contexts import DepartmentPage, Link, Tile
from apps.storefront.page_cache import cacheable
from apps.storefront.presenters import listing as lists
from apps.storefront.presenters import product as products
from apps.storefront.presenters.cards import rail
from apps.storefront.presenters.pictures import picture_from
from apps.storefront.seo import jsonld
from apps.storefront.views.base import Equals, meta_for, origin, page_response, shop_view

LIST_SECONDS = 30
PRODUCT_SECONDS = 10  # stock is asked live; this long may a page be behind it


@shop_view
@require_safe
@cacheable(seconds=LIST_SECONDS)
def category(request: HttpRequest, slug: str) -> HttpResponse:
    """A department opens on its categories, a leaf on its products; any filter opens the list."""
    shop: Shop = request.shop  # type: ignore[attr-defined] # set by the markets middleware
    found = catalog.category_page(shop=shop, slug=slug)
    if found is None:
        raise Http404
    if isinstance(found, catalog.Moved):
        return HttpResponsePermanentRedirect(found.url)
    if found.children and not request.GET:
        return _department(request, shop, found)
    result = catalog.listing(
        shop=shop, request=lists.read_request(query=request.GET, shop=shop, category_id=found.category_id)
    )
    if result.page > result.pages and result.page > 1:
        raise Http404
    page = lists.listing_page(
        shop=shop,
        result=result,
        path=found.url,
        title=found.name,
        text=strip_tags(found.description),
        breadcrumbs=_trail(shop, found),
        subcategories=tuple(Link(label=node.name, url=node.url) for node in found.children),
        promoted=found.promoted_facets,
    )
    return _listing_response(request, shop, page, result, found)


def _listing_response(
    request: HttpRequest,
    shop: Shop,
    page: object,
    result: catalog.ListingResult,
    found: catalog.CategoryPage,
) -> HttpResponse:
    asked = result.request
    filtered = bool(asked.facets or asked.sort or asked.min_price is not None or asked.max_price is not None)
    number = _("%(title)s, page %(page)s") % {"title": found.name, "page": result.page}
    path = found.url if result.page == 1 else f"{found.url}?page={result.page}"
    meta = meta_for(
        request=request,
        title=found.meta_title or found.name if result.page == 1 else number,
        description=found.meta_description or strip_tags(found.description),
        equals=_equals(shop, found.category_id) if result.page == 1 else {},
        # Filtered lists are doors for people, not pages for an index: endless combinations of the same goods.
        robots="noindex,follow" if filtered else "",
        canonical_path=path,
        structured_data=jsonld.breadcrumbs(links=_trail(shop, found), origin=origin(request=request)),
    )
    return page_response(request=request, template="storefront/listing.html", meta=meta, listing=page)


def _department(request: HttpRequest, shop: Shop, found: catalog.CategoryPage) -> HttpResponse:
    cards = catalog.cards(shop=shop, rule="bestsellers", category_id=found.category_id, limit=8)
    row = rail(shop=shop, name="bestsellers", title=_("What others buy"), cards=cards)
    page = DepartmentPage(
        title=found.name,
        text=strip_tags(found.description),
        breadcrumbs=_trail(shop, found),
        tiles=tuple(
            Tile(label=node.name, url=node.url, picture=picture_from(data=node.picture, alt=""))
            for node in found.children
        ),
        rails=(row,) if row else (),
        all_products=Link(
            label=_("All %(count)s products") % {"count": found.product_count}, url=f"{found.url}?sort=popular"
        ),
        picture=picture_from(data=found.picture, alt=""),
    )
    meta = meta_for(
        request=request,
        title=found.meta_title or found.name,
        description=found.meta_description or strip_tags(found.description),
        equals=_equals(shop, found.category_id),
        structured_data=jsonld.breadcrumbs(links=_trail(shop, found), origin=origin(request=request)),
    )
    return page_response(request=request, template="storefront/department.html", meta=meta, department=page)


@shop_view
@require_safe
@cacheable(seconds=LIST_SECONDS)
def search(request: HttpRequest) -> HttpResponse:
    """A search over the shop's products, with the same filters as a category. Never a dead end."""
    shop: Shop = request.shop  # type: ignore[attr-defined] # set by the markets middleware
    asked = lists.read_request(query=request.GET, shop=shop)
    result = catalog.listing(shop=shop, request=asked)
    if result.page > result.pages and result.page > 1:
        raise Http404
    title = _("Search results for “%(words)s”") % {"words": asked.text} if asked.text else _("All products")
    home = (Link(label=shop.brand.name, url=reverse("home")), Link(label=_("Search"), url="", is_current=True))
    page = lists.listing_page(shop=shop, result=result, path=request.path, title=title, breadcrumbs=home)
    meta = meta_for(request=request, title=title, robots="noindex,follow")
    return page_response(request=request, template="storefront/listing.html", meta=meta, listing=page)


@shop_view
@require_safe
@cacheable(seconds=PRODUCT_SECONDS)
def product(request: HttpRequest, slug: str) -> HttpResponse:
    """A product in the variant its address names."""
    shop: Shop = request.shop  # type: ignore[attr-defined] # set by the markets middleware
    data = catalog.product_page(shop=shop, slug=slug)
    if data is None:
        raise Http404
    if isinstance(data, catalog.Moved):
        return HttpResponsePermanentRedirect(data.url)
    goods = {good for variant in data.variants for good, _ in variant.needs}
    free = stock.free_units(product_ids=goods, market=shop.market)
    left, coming = products.stock_of(
        data=data,
        left=sourcing.units_left(stock=free),
        coming=sourcing.units_coming(stock=free, market=shop.market),
    )
    variant = products.chosen_variant(data=data, wanted=request.GET.get(catalog.VARIANT, ""), stock=left)
    page = products.product_page(
        shop=shop,
        data=data,
        variant=variant,
        stock=left,
        coming=coming,
        promise=sourcing.promise_for_one(shop=shop, needs=variant.needs, stock=free, at=clock.now()),
        contents=catalog.sellable_lines(shop=shop, product_ids=[good for good, _, _ in variant.contents]),
    )
    host = origin(request=request)
    meta = meta_for(
        request=request,
        title=data.meta_title or data.name,
        description=data.meta_description,
        equals={other.shop.code: other.url for other in data.alternates},
        canonical_path=data.url,
        structured_data=jsonld.product(
            shop=shop, data=data, stock=left, coming=coming, links=page.breadcrumbs, origin=host
        ),
        picture_url=f"{host}{page.pictures[0].large_url}" if page.pictures else "",
        preload=page.pictures[0] if page.pictures else None,
    )
    return page_response(request=request, template="storefront/product.html", meta=meta, product=page)


def _trail(shop: Shop, found: catalog.CategoryPage) -> tuple[Link, ...]:
    home = Link(label=shop.brand.name, url=reverse("home"))
    return (home, *(Link(label=node.name, url=node.url, is_current=node.url == found.url) for node in found.trail))


def _equals(shop: Shop, category_id: int) -> Equals:
    """The same category in the brand's other shops, for hreflang and the switcher. No statement when warm."""
    return {
        other.shop.code: other.url
        for other in catalog.alternates(kind="category", object_id=category_id, brand=shop.brand)
    }
