"""
Whole pages kept for a short while, for all visitors alike.

Only views whose answer depends on nothing but host, address and query may be cached; they read no session, no user
and no cookie (house law 9). The key carries the shop's publication version, so a page never outlives what it shows.
"""

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from apps.catalog.publication import versions

# The parameters a cacheable page understands; anything else is dropped from the key and cannot fill the cache.
MAX_QUERY_CHARACTERS = 400


def cacheable(*, seconds: int) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """
    Keep a view's 200 answers to GET for that many seconds.

    An answer from the cache costs no SQL. A cache that is down is no reason not to serve: the page is built instead.
    """

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def cached(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:  # noqa: ANN401 -- a view's own
            if request.method not in {"GET", "HEAD"} or not settings.PAGE_CACHE:
                return view(request, *args, **kwargs)
            query = request.META.get("QUERY_STRING", "")
            if len(query) > MAX_QUERY_CHARACTERS:
                return view(request, *args, **kwargs)
            key = _key(request, query)
            found = cache.get(key)
            if found is not None:
                response = HttpResponse(found[0], content_type=found[1])
                for name, value in found[2].items():
                    response.headers[name] = value
                return response
            response = view(request, *args, **kwargs)
            if isinstance(response, TemplateResponse) and not response.is_rendered:
                response = response.render()
            if response.status_code == 200 and not response.cookies:  # noqa: PLR2004 -- the HTTP status
                kept = {name: response.headers[name] for name in ("Link", "Vary") if name in response.headers}
                cache.set(key, [response.content.decode(), response.headers["Content-Type"], kept], seconds)
            return response

        return cached

    return decorate


def _key(request: HttpRequest, query: str) -> str:
    shop = request.shop  # type: ignore[attr-defined] # set by the markets middleware
    fragment = (
        "hx" if request.headers.get("HX-Request") and not request.headers.get("HX-History-Restore-Request") else ""
    )
    parts = (
        # Canonical addresses on the page carry the host it was asked under, so two hosts of a brand do not share one.
        f"{request.scheme}://{request.get_host()}",
        shop.brand.code if shop else "",
        request.path,
        query,
        fragment,
        str(versions.current(key=versions.shop_key(market_id=shop.market.id, language=shop.language))) if shop else "",
    )
    return "page:" + hashlib.sha256("\n".join(parts).encode()).hexdigest()
