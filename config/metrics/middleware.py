"""Answers /metrics and counts every other request; outside of all middleware that needs a host, HTTPS or a market."""

from __future__ import annotations

import time
from hmac import compare_digest
from http import HTTPStatus
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpResponse

from apps.core import clock
from config.metrics import figures, requests, text

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

PATH = "/metrics"


class MetricsMiddleware:
    """Only where METRICS_TOKEN is set; elsewhere the address is a missing page like any other."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        if not settings.METRICS_TOKEN:
            raise MiddlewareNotUsed
        self.get_response = get_response
        self.expected = f"Bearer {settings.METRICS_TOKEN}".encode()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a scrape, or time and count the request."""
        if request.path_info == PATH:
            return self._scrape(request)
        began = time.perf_counter()
        response = self.get_response(request)
        requests.counted.note(status=response.status_code, seconds=time.perf_counter() - began)
        return response

    def _scrape(self, request: HttpRequest) -> HttpResponse:
        given = request.META.get("HTTP_AUTHORIZATION", "").encode()
        if not compare_digest(given, self.expected):
            return HttpResponse(
                "Send the token of METRICS_TOKEN.\n",
                status=HTTPStatus.UNAUTHORIZED,
                content_type="text/plain; charset=utf-8",
                headers={"WWW-Authenticate": "Bearer", "Cache-Control": "no-store"},
            )
        page = text.render(figures.all_families(at=clock.now()))
        return HttpResponse(page, content_type=text.CONTENT_TYPE, headers={"Cache-Control": "no-store"})
