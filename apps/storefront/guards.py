"""
Protection of posts whose form stands on a cacheable page.

Such a form carries no CSRF token, since the page is the same for everybody (house law 9). Browsers say by
themselves where a post comes from, `Sec-Fetch-Site` (all current ones) or `Origin`; one that says neither is refused.
"""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt

from apps.core.errors import Refusal


class ForeignPost(Refusal):
    """A post came from another site, or does not say where it came from."""

    code = "foreign_post"
    message = _("This form was sent from another page. Go back to the shop and send it from there.")
    http_status = HTTPStatus.FORBIDDEN


def is_same_origin(*, request: HttpRequest) -> bool:
    """Whether the browser says that the page which sent this request is our own."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    said = request.headers.get("Origin") or request.headers.get("Referer")
    if not said:
        return False
    parts = urlsplit(said)
    return f"{parts.scheme}://{parts.netloc}" == f"{request.scheme}://{request.get_host()}"


def same_origin_post(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let GET through, and POST only from our own pages; stands in for the CSRF token on cacheable pages."""

    @csrf_exempt
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:  # noqa: ANN401 -- a view's own
        if request.method == "POST" and not is_same_origin(request=request):
            raise ForeignPost
        return view(request, *args, **kwargs)

    return guarded
