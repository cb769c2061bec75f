"""Find the brand by host and the shop by the first path segment, once per request."""

import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import translation

from apps.markets import context, queries
from apps.markets.enums import LaunchState
from apps.markets.errors import UnknownShop

_SHOP_PATH = re.compile(r"^/([a-z]{2}-[a-z]{2})(?:/|$)")


class MarketMiddleware:
    """
    Set `request.brand`, `request.shop` (None outside a shop) and the language.

    A market in draft is a 404 for shoppers: the prefix simply does not match. Staff preview is by signed-in session,
    which is not known yet here, so drafts are set and the storefront's views refuse them.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Bind the shop, answer, unbind."""
        brand = queries.brand_for_host(host=request.get_host().rsplit(":", 1)[0])
        shop = None
        found = _SHOP_PATH.match(request.path_info)
        if found and brand is not None:
            try:
                shop = queries.shop_for(brand_code=brand.code, code=found.group(1))
            except UnknownShop:
                shop = None
        if shop is not None and shop.market.launch_state == LaunchState.DRAFT:
            request.draft_shop = shop  # type: ignore[attr-defined] # read by the staff preview
            shop = None
        request.brand = brand  # type: ignore[attr-defined]
        request.shop = shop  # type: ignore[attr-defined]
        context.set_current(shop=shop)
        # Outside a shop (admin, health) the browser's wish decides, within the languages the project speaks.
        translation.activate(shop.translation if shop else translation.get_language_from_request(request))
        request.LANGUAGE_CODE = translation.get_language()
        try:
            response = self.get_response(request)
        finally:
            context.set_current(shop=None)
        response.headers.setdefault("Content-Language", shop.locale_tag if shop else request.LANGUAGE_CODE or "en")
        translation.deactivate()
        return response
