"""The home page."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from apps.catalog import queries as catalog
from apps.markets.context import Shop
from apps.storefront import pages
from apps.storefront.contexts import HomePage, Link, SplitBlock, Tile
from apps.storefront.page_cache import cacheable
from apps.storefront.presenters.cards import rail
from apps.storefront.presenters.pictures import picture_from
from apps.storefront.seo import jsonld
from apps.storefront.views.base import meta_for, origin, page_response, shop_view

RAIL_SIZE = 8


@shop_view
@require_safe
@cacheable(seconds=60)
def home(request: HttpRequest) -> HttpResponse:
    """What the shop is about: one editorial opening, every department, two rows of products, what it promises."""
    shop: Shop = request.shop  # type: ignore[attr-defined] # set by the markets middleware
    blocks = pages.blocks(shop=shop)
    opening = next((block for block in blocks if block.kind == "split"), None)
    split = _split(shop, opening) if opening else None
    rows = [(_rule(block), block.title) for block in blocks if block.kind == "rail"]
    cards = catalog.cards_of_rules(shop=shop, rules=[rule for rule, _ in rows], limit=RAIL_SIZE)
    page = HomePage(
        split=split,
        tiles_title=next((block.title for block in blocks if block.kind == "categories"), _("Look around")),
        tiles=tuple(
            Tile(label=node.name, url=node.url, picture=picture_from(data=node.picture, alt=""))
            for node in catalog.menu(shop=shop)
            if node.in_menu
        ),
        rails=tuple(
            found
            for rule, title in rows
            if (found := rail(shop=shop, name=f"rail-{rule}", title=title, cards=cards[rule]))
        ),
        promises=pages.promises(shop=shop),
    )
    meta = meta_for(
        request=request,
        title=shop.brand.name,
        description=opening.text if opening else "",
        structured_data=jsonld.shop(shop=shop, origin=origin(request=request)),
        preload=split.picture if split else None,
    )
    return page_response(request=request, template="storefront/home.html", meta=meta, home=page)


def _split(shop: Shop, block: pages.HomeBlock) -> SplitBlock:
    link = Link(label=block.link_label, url=shop.prefix + block.link_path.lstrip("/")) if block.link_label else None
    return SplitBlock(
        title=block.title,
        text=block.text,
        link=link,
        picture=block.picture,
        eyebrow=str(block.data.get("eyebrow", "")),
    )


def _rule(block: pages.HomeBlock) -> str:
    return str(block.data.get("rule", "newest"))
