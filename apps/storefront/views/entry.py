"""The pages outside any shop: the root address, robots.txt."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import translation
from django.utils.translation import get_language_info

from apps.markets import context, queries
from apps.markets.context import Shop
from apps.storefront.contexts import LocaleLink, MarketChoice
from apps.storefront.entry import best_shop
from apps.storefront.frame import country_name
from apps.storefront.views.base import meta_for, origin, page_response, shop_view

CRAWL_NOT = ("basket/", "checkout/", "account/", "orders/", "search/")


def root(request: HttpRequest) -> HttpResponse:
    """
    The page at `/`: all shops of the brand, the one that fits the browser first.

    Nobody is sent anywhere: a visitor chooses, and every shop is one click away (Reg. (EU) 2018/302).
    """
    brand = getattr(request, "brand", None)
    shop = best_shop(request=request, brand=brand) if brand else None
    if shop is None:
        raise Http404
    request.shop = shop  # type: ignore[attr-defined] # the page is written in the offered shop's language
    with context.using(shop=shop):
        response = _chooser(request, shop).render()
    response.headers["Content-Language"] = shop.locale_tag
    response.headers["Vary"] = "Accept-Language"
    return response


@shop_view
def markets(request: HttpRequest) -> HttpResponse:
    """The same page within a shop, behind "choose another country"."""
    return _chooser(request, request.shop)  # type: ignore[attr-defined] # checked by shop_view


def _chooser(request: HttpRequest, shop: Shop) -> TemplateResponse:
    by_country: dict[str, list[Shop]] = {}
    for other in queries.live_shops(brand_code=shop.brand.code):
        by_country.setdefault(other.market.country, []).append(other)
    order = sorted(by_country, key=lambda country: country != shop.market.country)
    choices = tuple(
        MarketChoice(
            country=country_name(code=country),
            currency=by_country[country][0].market.currency,
            locales=tuple(
                LocaleLink(
                    country=country_name(code=country),
                    language=get_language_info(other.language)["name_local"],
                    tag=other.locale_tag,
                    url=other.prefix,
                    is_current=other.code == shop.code,
                )
                for other in by_country[country]
            ),
        )
        for country in order
    )
    title = translation.gettext("Choose your country and language")
    equals = {other.code: other.prefix for other in queries.live_shops(brand_code=shop.brand.code)}
    countries = ", ".join(choice.country for choice in choices)
    meta = meta_for(
        request=request,
        title=title,
        description=translation.gettext("%(brand)s delivers in these countries: %(countries)s.")
        % {"brand": shop.brand.name, "countries": countries},
        equals=equals,
        robots="noindex" if request.path != "/" else "",
    )
    return page_response(request=request, template="storefront/markets.html", meta=meta, markets=choices)


def robots(request: HttpRequest) -> HttpResponse:
    """What crawlers may read: everything but what belongs to one visitor, and one sitemap index per host."""
    brand = getattr(request, "brand", None)
    shops = queries.live_shops(brand_code=brand.code) if brand else ()
    lines = ["User-agent: *", "Disallow: /admin/", "Disallow: /webhooks/"]
    lines += [f"Disallow: {shop.prefix}{path}" for shop in shops for path in CRAWL_NOT]
    lines += [f"Sitemap: {origin(request=request)}/sitemap.xml", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


def favicon(request: HttpRequest) -> HttpResponse:
    """Browsers ask for this name whatever the page says."""
    from django.templatetags.static import static

    brand = getattr(request, "brand", None)
    return redirect(static(f"img/favicon-{brand.code if brand else 'halles'}.svg"), permanent=False)
