"""What the screens share: read-only lists, money and states as people read them, and buttons that call operations."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import formats, timezone, translation
from django.utils.html import format_html
from unfold.admin import ModelAdmin

from apps.backoffice.scoping import ScopedRows, scoped
from apps.core.admin import ChosenRows, pretty
from apps.core.admin import ReadOnlyAdmin as CoreReadOnlyAdmin
from apps.core.errors import GatewayError, Refusal
from apps.core.money import Money, format_money, from_minor

__all__ = [
    "ReadOnlyAdmin",
    "actor_of",
    "answer",
    "ask",
    "chip",
    "demand",
    "moment",
    "money",
    "money_minor",
    "order_link",
    "pretty",
    "row_or_404",
    "scoped",
]

TONES = {"good": "bo-good", "busy": "bo-busy", "wait": "bo-wait", "bad": "bo-bad", "quiet": "bo-quiet"}


class ScopedAdmin(ChosenRows, ScopedRows, ModelAdmin):  # type: ignore[misc] # unfold is not typed
    """A screen that knows a person's limits."""


class ReadOnlyAdmin(CoreReadOnlyAdmin):
    """A screen whose rows people read; the core asks for their limits itself."""


class AuditedAdmin(ScopedAdmin):  # type: ignore[misc] # unfold is not typed
    """A screen whose rows people edit."""

    list_per_page = 50
    show_full_result_count = False
    warn_unsaved_form = True
    view_on_site = False  # Oscar's rows know addresses of a shop we do not run
    compressed_fields = True


def actor_of(request: HttpRequest) -> str:
    """Return who acts, as audit lines and histories have it."""
    return f"user:{request.user.pk}"


def demand(request: HttpRequest, permission: str) -> None:
    """Raise PermissionDenied unless the person has a permission."""
    if not request.user.has_perm(permission):
        raise PermissionDenied


def money(value: Money, *, country: str = "") -> str:
    """Return an amount as the person at the screen writes it."""
    return format_money(money=value, language=translation.get_language() or "en", country=country)


def money_minor(minor: int | None, currency: str, *, country: str = "") -> str:
    """The same of minor units; a dash for none."""
    return "–" if minor is None else money(from_minor(minor, currency), country=country)


def moment(at: datetime | None) -> str:
    """Return a time in the language and the time zone of the screen; a dash for none."""
    return formats.date_format(timezone.localtime(at), "SHORT_DATETIME_FORMAT") if at else "–"


def chip(text: object, tone: str = "quiet") -> str:
    """Return a small label. Tones: good, busy, wait, bad, quiet."""
    return format_html('<span class="bo-chip {}">{}</span>', TONES[tone], text)


def order_link(order_id: int, number: str) -> str:
    """Return a link to an order's page."""
    return format_html(
        '<a class="bo-link" href="{}">{}</a>', reverse("admin:order_order_change", args=[order_id]), number
    )


def ask(
    request: HttpRequest,
    *,
    admin: ModelAdmin,
    title: str,
    question: str,
    form: forms.Form,
    do: Callable[[Mapping[str, Any]], str],
    back: str,
    button: str,
    danger: bool = False,
    facts: Mapping[str, object] | None = None,
) -> HttpResponse:
    """
    Ask on GET, call the operation on POST, and go back with what it said; a refusal is shown beside the form.

    do: gets the cleaned values, calls one operation and returns the sentence for success.
    """
    refusal = ""
    if request.method == "POST" and form.is_valid():
        try:
            messages.success(request, do(form.cleaned_data))
            return HttpResponseRedirect(back)
        except (Refusal, GatewayError) as error:
            refusal = str(error)
    context = {
        **admin.admin_site.each_context(request),
        "opts": admin.model._meta,
        "title": title,
        "question": question,
        "form": form,
        "button": button,
        "danger": danger,
        "back": back,
        "refusal": refusal,
        "facts": facts or {},
        "is_multipart": form.is_multipart(),
    }
    return TemplateResponse(request, "backoffice/ask.html", context, status=409 if refusal else 200)


def row_or_404(request: HttpRequest, rows: QuerySet[Any], object_id: str) -> Any:
    """Return the row an admin address names, within the person's limits; Http404 for none and for what is no number."""
    is_id = object_id.isascii() and object_id.isdigit() and len(object_id) < 18  # noqa: PLR2004 -- a bigint
    return get_object_or_404(scoped(request, rows), pk=int(object_id) if is_id else 0)


def answer(request: HttpRequest, *, do: Callable[[], str], back: str) -> HttpResponse:
    """Call an operation that needs no form and go back with its answer or its refusal as a message."""
    try:
        messages.success(request, do())
    except (Refusal, GatewayError) as refusal:
        messages.error(request, str(refusal))
    return HttpResponseRedirect(back)
