"""The core's screens: what waits in the outbox and why, what was answered, who did what, and who is alive."""

import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.apps import apps
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.templatetags.admin_urls import admin_urlname
from django.contrib.auth import get_user_model
from django.db.models import BigIntegerField, Case, F, OuterRef, QuerySet, Subquery, When
from django.db.models.functions import Cast, Substr
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.timesince import timesince
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import action, display

from apps.core import clock, outbox
from apps.core.enums import DeliveryState
from apps.core.errors import Refusal
from apps.core.models import AuditEvent, BooksProof, Heartbeat, IdempotencyRecord, OutboxDelivery, OutboxEvent
from apps.core.outbox import registry

Limit = Callable[[HttpRequest, QuerySet[Any]], QuerySet[Any]]
_limits: list[Limit] = []


def register_limit(limit: Limit) -> None:
    """Have a room above say which rows a person may see; called when Django starts."""
    _limits.append(limit)


_ROW = re.compile(r"[0-9]{1,18}")


class ChosenRows:
    """A list whose actions take rows by their numbers; Django hands anything else to the database, which fails."""

    def response_action(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        """Answer an action; a choice that is no row's number is a missing page."""
        if not all(_ROW.fullmatch(chosen) for chosen in request.POST.getlist(ACTION_CHECKBOX_NAME)):
            raise Http404
        answer: HttpResponse | None = super().response_action(request, queryset)  # type: ignore[misc] # an admin follows
        return answer


class ReadOnlyAdmin(ChosenRows, ModelAdmin):
    """Rows people read and nobody edits: the database, a job or an operation writes them."""

    list_per_page = 50
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the rows within the person's limits."""
        rows: QuerySet[Any] = super().get_queryset(request)
        for limit in _limits:
            rows = limit(request, rows)
        return rows

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002 -- Django's signature
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:  # noqa: ARG002 -- Django's signature
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:  # noqa: ARG002 -- Django's signature
        return False


def pretty(value: object) -> str:
    """Return a JSON value as indented, escaped text."""
    text = json.dumps(value, indent=2, ensure_ascii=False, sort_keys=True)
    return format_html('<pre class="whitespace-pre-wrap break-words">{}</pre>', text)


def changes_table(*, before: Mapping[str, object] | None, after: Mapping[str, object] | None) -> str:
    """Return the old and the new value of each field as an escaped table; a dash for none of either."""
    old, new = before or {}, after or {}
    names = sorted({*old, *new})
    if not names:
        return "–"
    return format_html(
        '<table class="w-full"><thead><tr><th scope="col">{}</th><th scope="col">{}</th><th scope="col">{}</th></tr>'
        "</thead><tbody>{}</tbody></table>",
        _("field"),
        _("before"),
        _("after"),
        format_html_join(
            "",
            '<tr><th scope="row">{}</th><td class="break-words">{}</td><td class="break-words">{}</td></tr>',
            ((name, _as_text(old.get(name)), _as_text(new.get(name))) for name in names),
        ),
    )


def _as_text(value: object) -> str:
    if value is None or value == "":
        return "–"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)


class HandlerFilter(admin.SimpleListFilter):
    """By handler, from the registry: asking a large table for its distinct names would cost more than the list."""

    title = _("handler")
    parameter_name = "handler"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:  # noqa: ARG002 -- Django's
        return [(name, name) for name in sorted(set(registry.timeouts()[0]))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:  # noqa: ARG002 -- Django's
        return queryset.filter(handler=self.value()) if self.value() else queryset


@admin.register(OutboxDelivery)
class OutboxDeliveryAdmin(ReadOnlyAdmin):
    """What handlers have to do and did, newest first; filter by state for what waits or was given up."""

    list_display = ("handler", "topic", "key", "state_label", "age", "attempts", "next_attempt_at", "error_line")
    list_filter = ("state", "queue", HandlerFilter)
    search_fields = ("=event__key", "=handler", "=event__topic")
    list_select_related = ("event",)
    ordering = ("-id",)
    fields = (
        "handler",
        "topic",
        "key",
        "queue",
        "state",
        "age",
        "attempts",
        "next_attempt_at",
        "locked_until",
        "done_at",
        "ordering_key",
        "last_error",
        "payload",
    )
    actions = ("retry_selected",)
    actions_detail = ("retry_now",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[OutboxDelivery]:
        """Return deliveries with their events, so that no column asks again."""
        rows: QuerySet[OutboxDelivery] = super().get_queryset(request).select_related("event")
        return rows

    def has_retry_permission(self, request: HttpRequest, object_id: object = None) -> bool:  # noqa: ARG002 -- unfold's
        """Tell whether this person may retry: those who may change deliveries, were they editable."""
        return request.user.has_perm("core.change_outboxdelivery")

    @display(description=_("topic"), ordering="event__topic")
    def topic(self, delivery: OutboxDelivery) -> str:
        return delivery.event.topic

    @display(description=_("key"), ordering="event__key")
    def key(self, delivery: OutboxDelivery) -> str:
        return delivery.event.key

    @display(
        description=_("state"),
        ordering="state",
        label={
            DeliveryState.PENDING: "info",
            DeliveryState.RUNNING: "warning",
            DeliveryState.DONE: "success",
            DeliveryState.DEAD: "danger",
        },
    )
    def state_label(self, delivery: OutboxDelivery) -> tuple[str, str]:
        return delivery.state, delivery.get_state_display()

    @display(description=_("age"), ordering="event__created_at")
    def age(self, delivery: OutboxDelivery) -> str:
        return timesince(delivery.event.created_at, delivery.done_at or clock.now())

    @display(description=_("last error"))
    def error_line(self, delivery: OutboxDelivery) -> str:
        longest = 120
        line = delivery.last_error.partition("\n")[0]
        return line if len(line) <= longest else line[: longest - 1] + "…"

    @display(description=_("payload"))
    def payload(self, delivery: OutboxDelivery) -> str:
        return pretty(delivery.event.payload)

    @action(description=_("Retry now"), permissions=["retry"], icon="refresh")
    def retry_now(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Ask on GET, because a link must not change anything, and retry on POST."""
        delivery = get_object_or_404(self.get_queryset(request).select_related("event"), pk=object_id)
        if request.method != "POST":
            context = {**self.admin_site.each_context(request), "title": _("Retry now"), "delivery": delivery}
            return TemplateResponse(request, "core/confirm_retry.html", context)
        _retry(request, delivery_id=delivery.pk, at=clock.now())
        return HttpResponseRedirect(reverse("admin:core_outboxdelivery_change", args=[object_id]))

    @action(description=_("Retry now"), permissions=["retry"])
    def retry_selected(self, request: HttpRequest, queryset: QuerySet[OutboxDelivery]) -> None:
        """Retry each of the chosen deliveries; those that cannot be are named."""
        at = clock.now()
        for delivery_id in queryset.order_by("pk").values_list("pk", flat=True):
            _retry(request, delivery_id=delivery_id, at=at)


def _retry(request: HttpRequest, *, delivery_id: int, at: datetime) -> None:
    try:
        outbox.retry(delivery_id=delivery_id, by=f"user:{request.user.pk}", at=at)
    except Refusal as refusal:
        messages.error(request, f"#{delivery_id}: {refusal}")
    except OutboxDelivery.DoesNotExist:
        messages.error(request, _("#%(id)s is gone.") % {"id": delivery_id})
    else:
        messages.success(request, _("#%(id)s will be retried now.") % {"id": delivery_id})


@admin.register(OutboxEvent)
class OutboxEventAdmin(ReadOnlyAdmin):
    """What happened, newest first."""

    list_display = ("topic", "key", "created_at", "request_id")
    search_fields = ("=key", "=topic", "=request_id")
    ordering = ("-id",)
    fields = ("topic", "key", "created_at", "request_id", "payload_text", "delivery_states")

    @display(description=_("payload"))
    def payload_text(self, event: OutboxEvent) -> str:
        return pretty(event.payload)

    @display(description=_("deliveries"))
    def delivery_states(self, event: OutboxEvent) -> str:
        lines = [
            f"{delivery.handler}: {delivery.get_state_display()}" for delivery in event.deliveries.order_by("handler")
        ]
        return format_html('<pre class="whitespace-pre-wrap">{}</pre>', "\n".join(lines))


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    """Who did what, newest first."""

    list_display = ("at", "action", "target_link", "actor_name", "reason")
    list_filter = ("action", "at")
    search_fields = ("=target", "=actor", "=action", "=request_id")
    search_help_text = _("Exact target (as in order.order:12), actor, action or request")
    ordering = ("-at", "-id")
    fields = ("at", "action", "target_link", "actor_name", "changes", "reason", "request_id", "ip")

    def get_queryset(self, request: HttpRequest) -> QuerySet[AuditEvent]:
        """Return events with the login of the person who acted, so that no row asks for it."""
        # CASE keeps what is no person's number from being read as one.
        number = Case(
            When(actor__regex=r"^user:[0-9]{1,18}$", then=Cast(Substr("actor", len("user:") + 1), BigIntegerField()))
        )
        login = get_user_model().objects.filter(pk=OuterRef("person")).values("email")[:1]
        rows: QuerySet[AuditEvent] = super().get_queryset(request)
        return rows.annotate(person=number).annotate(login=Subquery(login))

    @display(description=_("actor"), ordering="actor")
    def actor_name(self, event: AuditEvent) -> str:
        return getattr(event, "login", None) or event.actor

    @display(description=_("target"), ordering="target")
    def target_link(self, event: AuditEvent) -> str:
        label, _colon, pk = event.target.partition(":")
        try:
            model = apps.get_model(label)
            url = reverse(admin_urlname(model._meta, mark_safe("change")), args=[pk])  # noqa: SLF001 -- Django's own way
        except (LookupError, ValueError, NoReverseMatch):
            return event.target
        return format_html('<a class="bo-link" href="{}">{} {}</a>', url, model._meta.verbose_name, pk)  # noqa: SLF001

    @display(description=_("changes"))
    def changes(self, event: AuditEvent) -> str:
        return changes_table(before=event.before, after=event.after)


@admin.register(IdempotencyRecord)
class IdempotencyRecordAdmin(ReadOnlyAdmin):
    """Answers already given, newest first."""

    list_display = ("scope", "key", "created_at", "expires_at")
    list_filter = ("scope",)
    search_fields = ("=key",)
    ordering = ("-id",)
    fields = ("scope", "key", "body_sha256", "answer_text", "created_at", "expires_at")

    @display(description=_("answer"))
    def answer_text(self, record: IdempotencyRecord) -> str:
        return pretty(record.answer)


@admin.register(Heartbeat)
class HeartbeatAdmin(ReadOnlyAdmin):
    """When beat and worker were last seen."""

    list_display = ("name", "at", "seen", "detail")
    ordering = ("name",)

    @display(description=_("last seen"), ordering=F("at"))
    def seen(self, heartbeat: Heartbeat) -> str:
        return timesince(heartbeat.at, clock.now())


@admin.register(BooksProof)
class BooksProofAdmin(ReadOnlyAdmin):
    """The nightly proofs that ledgers, orders, payments, mails and queues agree, newest first."""

    list_display = ("at", "verdict", "invariants", "exceptions", "took")
    ordering = ("-at", "-id")
    fields = ("at", "verdict", "invariants", "exceptions", "took", "what_is_wrong")

    @display(description=_("verdict"), label={"right": "success", "wrong": "danger"})
    def verdict(self, proof: BooksProof) -> tuple[str, str]:
        return ("wrong", str(_("does not hold"))) if proof.broken else ("right", str(_("all holds")))

    @display(description=_("took"), ordering="seconds")
    def took(self, proof: BooksProof) -> str:
        return f"{proof.seconds:.2f} s"

    @display(description=_("what does not hold"))
    def what_is_wrong(self, proof: BooksProof) -> str:
        if not proof.broken:
            return "–"
        return format_html_join(
            "",
            "<p><strong>{}</strong> {}</p><ul>{}</ul>",
            (
                (
                    each["name"],
                    each["sentence"],
                    format_html_join(
                        "", "<li>{}: {}</li>", ((row["subject"], row["detail"]) for row in each["exceptions"])
                    ),
                )
                for each in proof.broken
            ),
        )
