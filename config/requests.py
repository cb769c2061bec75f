"""
What every request is checked for before anything reads it: an address that can exist, and who really sent it.

Django lets NUL through in paths, which PostgreSQL refuses as text with an error that would be ours; and the admin's
buttons hand their screens whatever stands where a row's number belongs.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import Http404

from config.security import ADMIN_PREFIX

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

# All our keys are bigint; this many digits always fit.
_ROW = re.compile(r"[0-9]{1,18}", re.ASCII)


class RequestMiddleware:
    """Refuses addresses no page can have, and finds the visitor's address behind our own proxies."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Set REMOTE_ADDR and pass on."""
        address = visitor_address(request=request, proxies=settings.TRUSTED_PROXY_COUNT)
        if address:
            request.META["REMOTE_ADDR"] = address
        return self.get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., HttpResponse],  # noqa: ARG002 -- Django's signature
        args: Any,  # noqa: ANN401, ARG002
        kwargs: dict[str, Any],
    ) -> None:
        """Make an address with NUL, or with a row's number that is none, a missing page; in the admin a query too."""
        number = kwargs.get("object_id")
        # The shop's own pages take any text in a query; the admin's filters hand it to the database as it is.
        is_text = "\x00" not in request.path_info and not (
            request.path_info.startswith(ADMIN_PREFIX) and "%00" in request.META.get("QUERY_STRING", "")
        )
        if not is_text or (number is not None and not _ROW.fullmatch(str(number))):
            raise Http404


def visitor_address(*, request: HttpRequest, proxies: int) -> str:
    """
    The address our outermost proxy saw, or an empty text where nobody trustworthy said one.

    Each proxy appends what it saw to X-Forwarded-For, so with `proxies` of our own the right one is that many from the
    end; what a visitor wrote stands before it and is never read. With none the header means nothing.
    """
    if not proxies:
        return ""
    said = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
    return said[-proxies] if len(said) >= proxies else ""
