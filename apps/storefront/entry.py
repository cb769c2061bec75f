"""Which shop a visitor without an address is offered."""

from django.http import HttpRequest
from django.utils.translation.trans_real import parse_accept_lang_header

from apps.markets import queries as markets
from apps.markets.context import BrandInfo, Shop


def best_shop(*, request: HttpRequest, brand: BrandInfo) -> Shop | None:
    """
    The shop that fits what the browser asks for; the brand's first one when nothing fits, None without a live market.

    Judged by Accept-Language alone: a full match (`fr-BE`), then the language, in the browser's order. Where the
    visitor's address is does not count, and the answer is an offer, never a redirect (Reg. (EU) 2018/302).
    """
    shops = markets.live_shops(brand_code=brand.code)
    wanted = [tag for tag, _ in parse_accept_lang_header(request.headers.get("Accept-Language", ""))]
    for tag in wanted:
        for shop in shops:
            if shop.code == tag:
                return shop
        for shop in shops:
            if shop.language == tag.split("-")[0]:
                return shop
    return shops[0] if shops else None
