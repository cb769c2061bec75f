"""
Whole pages kept for a short while, for all visitors alike.

Only views whose answer depends on nothing but host, address and query may be cached; they read no session, no user
and no cookie (house law 9). The key carries the shop's publication version, so a page never outlives what it shows.

What is promised about age: a change of publications (unpublishing included) is seen at once by the process that made
it and within `versions.MAX_AGE_S` by every other, whichever copy it holds, since both copies are found by a key with
the version in it. What has no version (stock, stores, static pages) is as old as its view's seconds at most, counted
from when the page was built: the copy in this process ends when the one in Valkey does.

Pages are kept compressed for those who read gzip, which is nearly everybody: packed once, a page is sent many times.
They hold nothing of a visitor, so their length tells nothing either (BREACH); private pages are never compressed here.
"""

import gzip
import hashlib
import json
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

from apps.catalog.publication import versions
from apps.markets.context import Shop

# A longer query is answered and not kept: endless ones must not fill the cache.
MAX_QUERY_CHARACTERS = 400
# First segments below a shop's prefix whose views are `cacheable`: nothing is looked up for any other address.
SEGMENTS = frozenset({"", "c", "p", "search", "pages", "stores"})
# Pages in this process, in front of Valkey. Small: the few that everybody asks for, not the catalogue.
NEAR_BYTES = 16 * 2**20
# Three quarters of the best ratio for a third of its time.
GZIP_LEVEL = 4
# So long may this process show a page that somebody has removed from Valkey by hand.
NEAR_S = 2.0


def cacheable(*, seconds: int) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """
    Let PageCacheMiddleware keep a view's 200 answers to GET for that many seconds.

    The view's first segment must stand in SEGMENTS.
    """

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def marked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:  # noqa: ANN401 -- a view's own
            request.keep_s = seconds  # type: ignore[attr-defined] # read by the middleware below
            return view(request, *args, **kwargs)

        marked.keep_s = seconds  # type: ignore[attr-defined] # for the test that looks at every address
        return marked

    return decorate


def wants_part(*, request: HttpRequest) -> bool:
    """Whether htmx asks for the piece it swaps. Key and page both ask here, so neither can mistake the other."""
    meta = request.META
    return meta.get("HTTP_HX_REQUEST") == "true" and meta.get("HTTP_HX_HISTORY_RESTORE_REQUEST") != "true"


_GZIP = re.compile(r"(?:^|,)\s*gzip\s*(?:;\s*q\s*=\s*([01](?:\.\d*)?)\s*)?(?=,|$)", re.IGNORECASE)


def accepts_gzip(*, request: HttpRequest) -> bool:
    """Whether the client reads gzip (RFC 9110, 12.5.3): it names it, and not with a weight of nothing."""
    found = _GZIP.search(request.META.get("HTTP_ACCEPT_ENCODING", ""))
    return found is not None and float(found[1] or "1") > 0


class PageCacheMiddleware:
    """
    Answers from the cache before sessions, users and addresses are looked at; stands right behind the markets'.

    An answer from the cache costs no SQL, and leaves no line in our log: the proxy in front has one for each request.
    It carries all headers that the middleware behind this one gave it when it was built. A cache that is down is no
    reason not to serve: the page is built instead.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer from the cache, or build and keep."""
        key = _key(request)
        if key is None:
            return self.get_response(request)
        found = _near.get(key=key)
        if found is None:
            found = cache.get(key)
            if found is not None:
                _near.keep(key=key, page=found)
        if found is not None:
            return _response(found)
        response = self.get_response(request)
        seconds = getattr(request, "keep_s", 0)
        if seconds and _is_for_everybody(response):
            _pack(response, is_gzip=accepts_gzip(request=request))
            page = _page(response, until=time.time() + seconds)
            cache.set(key, page, seconds)
            _near.keep(key=key, page=page)
        return response


def _is_for_everybody(response: HttpResponse) -> bool:
    """Whether an answer may be shown to others: a whole page that set no cookie and that no cookie has shaped."""
    if response.status_code != 200 or response.streaming or response.cookies:  # noqa: PLR2004 -- the HTTP status
        return False
    varies = response.headers.get("Vary", "").lower()
    control = response.headers.get("Cache-Control", "").lower()
    return "cookie" not in varies and "private" not in control and "no-store" not in control


def _pack(response: HttpResponse, *, is_gzip: bool) -> None:
    patch_vary_headers(response, ["Accept-Encoding"])
    if is_gzip:
        # Without the time, so that the same page is the same bytes.
        response.content = gzip.compress(response.content, GZIP_LEVEL, mtime=0)
        response.headers["Content-Encoding"] = "gzip"
        response.headers["Content-Length"] = str(len(response.content))


def _page(response: HttpResponse, *, until: float) -> bytes:
    """An answer as one piece: a line of JSON (when it ends, its headers), then the body as it is sent."""
    head = json.dumps({"until": until, "headers": list(response.headers.items())}, separators=(",", ":"))
    return head.encode() + b"\n" + response.content


def _response(page: bytes) -> HttpResponse:
    head, _, body = page.partition(b"\n")
    response = HttpResponse(body)
    for name, value in json.loads(head)["headers"]:
        response.headers[name] = value
    return response


def _key(request: HttpRequest) -> str | None:
    """The name of a page that may be kept; None for every other request."""
    shop: Shop | None = request.shop  # type: ignore[attr-defined] # set by the markets middleware
    if shop is None or request.method not in {"GET", "HEAD"} or not settings.PAGE_CACHE:
        return None
    query = request.META.get("QUERY_STRING", "")
    segment = request.path_info[len(shop.prefix) :].partition("/")[0]
    if segment not in SEGMENTS or len(query) > MAX_QUERY_CHARACTERS:
        return None
    parts = (
        # Canonical addresses on the page carry the host it was asked under, so two hosts of a brand do not share one.
        f"{request.scheme}://{request.get_host()}",
        shop.brand.code,
        request.path,
        query,
        "hx" if wants_part(request=request) else "",
        "gzip" if accepts_gzip(request=request) else "",
        str(versions.current(key=versions.shop_key(market_id=shop.market.id, language=shop.language))),
    )
    return "page:" + hashlib.sha256("\n".join(parts).encode()).hexdigest()


class _Near:
    """The pages this process holds: least used leave first, and none stays past its end or for longer than NEAR_S."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pages: OrderedDict[str, tuple[float, bytes]] = OrderedDict()
        self._bytes = 0

    def get(self, *, key: str) -> bytes | None:
        """A page that has not ended."""
        with self._lock:
            found = self._pages.get(key)
            if found is None:
                return None
            if found[0] <= time.monotonic():
                self._drop(key)
                return None
            self._pages.move_to_end(key)
            return found[1]

    def keep(self, *, key: str, page: bytes) -> None:
        """Hold a page until it ends; make room for it."""
        left_s = min(json.loads(page.partition(b"\n")[0])["until"] - time.time(), NEAR_S)
        if left_s <= 0 or len(page) > NEAR_BYTES // 8:
            return
        with self._lock:
            self._drop(key)
            self._pages[key] = (time.monotonic() + left_s, page)
            self._bytes += len(page)
            while self._bytes > NEAR_BYTES:
                self._drop(next(iter(self._pages)))

    def forget(self) -> None:
        """Hold nothing."""
        with self._lock:
            self._pages.clear()
            self._bytes = 0

    def _drop(self, key: str) -> None:
        found = self._pages.pop(key, None)
        if found is not None:
            self._bytes -= len(found[1])


_near = _Near()


def forget_near() -> None:
    """Drop the pages this process holds; for tests."""
    _near.forget()
