"""A product page in the words of the shop."""

from collections.abc import Mapping

from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from apps.catalog.content import foreign
from apps.catalog.queries import ProductPageData, SellableLine, Variant, variant_url
from apps.catalog.queries.kits import possible
from apps.markets.context import Shop
from apps.orders.delivery import Promise
from apps.orders.returns.words import withdrawal_words
from apps.storefront import legal, pages, words
from apps.storefront.contexts import Fact, Foreign, Link, Picture, ProblemView, ProductPage, VariantAxis, VariantButton
from apps.storefront.presenters.pictures import picture_from
from apps.storefront.presenters.prices import live_stock, price_view


def chosen_variant(*, data: ProductPageData, wanted: str, stock: Mapping[int, int]) -> Variant:
    """The variant the address names; without one the first that can be bought, so that the page opens on something."""
    for variant in data.variants:
        if variant.sku == wanted:
            return variant
    return next((variant for variant in data.variants if stock.get(variant.product_id, 0) > 0), data.variants[0])


def product_page(
    *,
    shop: Shop,
    data: ProductPageData,
    variant: Variant,
    stock: Mapping[int, int],
    coming: Mapping[int, int],
    promise: Promise | None,
    contents: Mapping[int, SellableLine],
) -> ProductPage:
    """
    Everything the template needs; stock is asked live (coming: what of it is on its way), the rest was published.

    contents: of a kit, how its components are shown; those that are sold by themselves are links.
    """
    left, later = stock.get(variant.product_id, 0), coming.get(variant.product_id, 0)
    when = words.between(shop=shop, earliest=promise.earliest, latest=promise.latest) if promise else ""
    view = live_stock(left=left - later, coming=later, availability=data.availability, promise=when)
    can_buy = left > 0
    return ProductPage(
        name=data.name,
        sku=variant.sku,
        breadcrumbs=breadcrumbs(shop=shop, data=data),
        pictures=_gallery(data, variant),
        price=price_view(
            shop=shop, price=variant.price, prior=variant.prior, tax_percent=variant.tax_percent, full=True
        ),
        stock=view,
        buy_url=reverse("basket_add"),
        product_id=variant.product_id,
        can_buy=can_buy,
        max_quantity=min(99, max(variant.step, left), variant.most or 99),
        step=variant.step,
        limits=_limits(variant),
        eyebrow=data.trail[-1].name if data.trail else "",
        charm=data.tagline,
        foreign=_foreign(shop, data),
        specs=tuple(data.bullets),
        axes=tuple(_axis(shop, data, axis, variant, stock) for axis in data.axes),
        promises=pages.promises(
            shop=shop, is_here=later == 0 or left > later, days=data.structured.get("withdrawal_days")
        ),
        description=mark_safe(data.description),  # noqa: S308 -- cleaned by nh3 when it was published
        facts=tuple(Fact(label=fact["name"], value=fact["value"]) for fact in data.attributes),
        withdrawal=withdrawal_words(exception=data.structured.get("withdrawal_exception", "")),
        maker=legal.maker(shop=shop, named=data.structured.get("maker", "")),
        unavailable=None if can_buy else _unavailable(data),
        contents=_contents(variant, contents),
    )


def stock_of(
    *, data: ProductPageData, left: Mapping[int, int], coming: Mapping[int, int]
) -> tuple[dict[int, int], dict[int, int]]:
    """
    Return by variant how many may be sold, and how many of them wait for goods that are on their way.

    left, coming: units by product, those of a kit's components; left counts what is coming.
    """
    whole = {variant.product_id: possible(needs=variant.needs, left=left) for variant in data.variants}
    there = {good: units - coming.get(good, 0) for good, units in left.items()}
    here = {variant.product_id: possible(needs=variant.needs, left=there) for variant in data.variants}
    return whole, {product_id: units - here[product_id] for product_id, units in whole.items()}


def _limits(variant: Variant) -> tuple[str, ...]:
    """What an order may hold of it, and who may buy it; told before it is put into a basket."""
    found = []
    if variant.step > 1:
        found.append(_("Sold in steps of %(step)s.") % {"step": variant.step})
    if variant.most is not None:
        found.append(_("At most %(most)s per order.") % {"most": variant.most})
    if variant.age is not None:
        found.append(_("Sold only to people of at least %(age)s years.") % {"age": variant.age})
    return tuple(found)


def _contents(variant: Variant, shown: Mapping[int, SellableLine]) -> tuple[Link, ...]:
    """What a kit is made of."""
    found = []
    for good, units, name in variant.contents:
        page = shown.get(good)
        found.append(Link(label=f"{units} × {page.title if page else name}", url=page.url if page else ""))
    return tuple(found)


def breadcrumbs(*, shop: Shop, data: ProductPageData) -> tuple[Link, ...]:
    """From the home page down to the product."""
    home = Link(label=shop.brand.name, url=reverse("home"))
    trail = tuple(Link(label=node.name, url=node.url) for node in data.trail)
    return (home, *trail, Link(label=data.name, url=data.url, is_current=True))


def _gallery(data: ProductPageData, variant: Variant) -> tuple[Picture, ...]:
    """The variant's own pictures first, then those that belong to no variant."""
    own = set(variant.pictures)
    others = {key for other in data.variants if other is not variant for key in other.pictures} - own
    ordered = sorted(data.gallery, key=lambda entry: entry["asset"] not in own)
    found = (picture_from(data=entry, alt=data.name) for entry in ordered if entry["asset"] not in others)
    return tuple(picture for picture in found if picture)


def _axis(
    shop: Shop, data: ProductPageData, axis: Mapping[str, object], variant: Variant, stock: Mapping[int, int]
) -> VariantAxis:
    code = str(axis["code"])
    values: list[dict[str, str]] = list(axis["values"])  # type: ignore[call-overload] # a list of JSON objects
    buttons = tuple(
        _button(shop=shop, data=data, code=code, value=value, variant=variant, stock=stock) for value in values
    )
    chosen = next((button.label for button in buttons if button.is_chosen), "")
    return VariantAxis(
        label=str(axis["name"]),
        chosen_label=chosen,
        buttons=buttons,
        is_colour=any(value["swatch"] for value in values),
    )


def _button(
    *,
    shop: Shop,
    data: ProductPageData,
    code: str,
    value: Mapping[str, str],
    variant: Variant,
    stock: Mapping[int, int],
) -> VariantButton:
    """The variant that has this value and otherwise most of what is chosen now; sold out ones are shown, not hidden."""
    having = [other for other in data.variants if other.axes.get(code) == value["key"]]
    target = max(having, key=lambda other: sum(other.axes.get(key) == has for key, has in variant.axes.items()))
    available = stock.get(target.product_id, 0) > 0
    # With two axes a value has no price of its own.
    costs_differ = len(data.axes) == 1 and len({other.price for other in data.variants}) > 1
    return VariantButton(
        label=value["label"],
        url=variant_url(shop=shop, slug=data.slug, sku=target.sku),
        is_chosen=variant.axes.get(code) == value["key"],
        is_available=available,
        swatch=value["swatch"],
        hint="" if available else _("sold out"),
        price_text=words.money(shop=shop, amount=target.price) if costs_differ else "",
    )


def _foreign(shop: Shop, data: ProductPageData) -> Foreign:
    found = foreign(sources=data.sources, language=shop.language)
    return Foreign(**{name: found.get(name, "") for name in ("name", "tagline", "description", "bullets")})


def _unavailable(data: ProductPageData) -> ProblemView:
    up = data.trail[-1] if data.trail else None
    way_out = Link(label=_("See similar products in %(category)s") % {"category": up.name}, url=up.url) if up else None
    return ProblemView(
        code="product.sold_out", text=_("This is sold out at the moment."), tone="warning", action=way_out
    )
