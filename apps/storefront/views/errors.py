"""Pages for what went wrong, in the shop's look; and refusals that no view caught, said in words."""

import sys
from collections.abc import Callable

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.utils import translation
from django.utils.translation import gettext as _
from django.views import defaults

from apps.core.errors import Refusal
from apps.markets import context
from apps.storefront.entry import best_shop
from apps.storefront.views.base import meta_for, page_response, private

logger = structlog.get_logger(__name__)

RETRY_AFTER_S = "5"


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 -- Django's signature
    """No such page: the shop around it, a search field and the way home."""
    return _in_a_shop(request, template="404.html", title=_("Page not found"), status=404)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 -- Django's signature
    """A form that was open too long or came from elsewhere, or a page that is not theirs."""
    return _in_a_shop(request, template="403.html", title=_("Not allowed"), status=403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 -- Django's signature
    """Django's name for a post without our token."""
    return forbidden(request)


def server_error(request: HttpRequest) -> HttpResponse:
    """
    Say that it is us: 503 with Retry-After while the database is away, 500 for what should not have happened.

    Needs no database, for that may be what is missing. The language is the one of the address, else the browser's.
    """
    is_away = isinstance(sys.exc_info()[1], (OperationalError, InterfaceError))
    segment = request.path_info.lstrip("/").partition("-")[0]
    language = segment if segment in dict(settings.LANGUAGES) else translation.get_language_from_request(request)
    try:
        with translation.override(language):
            again = request.get_full_path() if request.method == "GET" else "/"
            page = loader.render_to_string("down.html", {"is_away": is_away, "language": language, "again": again})
    except Exception:
        # The page of the last resort asks nothing of anybody.
        logger.exception("error_page_failed")
        return defaults.server_error(request)
    response = HttpResponse(page, status=503 if is_away else 500)
    if is_away:
        response["Retry-After"] = RETRY_AFTER_S
    return private(response)


def _in_a_shop(request: HttpRequest, *, template: str, title: str, status: int) -> HttpResponse:
    """The page inside the shop of its address, or inside the one the browser's language asks for."""
    shop = getattr(request, "shop", None)
    brand = getattr(request, "brand", None)
    if shop is None and brand is not None:
        shop = best_shop(request=request, brand=brand)
    if shop is None:
        return HttpResponse(title, status=status, content_type="text/plain; charset=utf-8")
    request.shop = shop  # type: ignore[attr-defined] # the page needs a frame to stand in
    with context.using(shop=shop):
        meta = meta_for(request=request, title=title, robots="noindex", equals={})
        return private(page_response(request=request, template=template, meta=meta, status=status).render())


class RefusalMiddleware:
    """The last resort: a refusal that a view let through becomes a page with its sentence, never a 500."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Say a refusal on a page of the shop; anything else is none of our business."""
        if not isinstance(exception, Refusal) or getattr(request, "shop", None) is None:
            return None
        meta = meta_for(request=request, title=_("This did not work"), robots="noindex", equals={})
        response = page_response(
            request=request,
            template="storefront/refused.html",
            meta=meta,
            refusal=exception.as_dict(),
            status=int(exception.http_status),
        )
        return private(response)
