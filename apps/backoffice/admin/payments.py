"""Payments, what providers told us, and mails: read only; the buttons are on the order."""

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from apps.backoffice.admin.shared import (
    ReadOnlyAdmin,
    actor_of,
    ask,
    chip,
    demand,
    moment,
    money_minor,
    order_link,
    pretty,
    scoped,
)
from apps.backoffice.forms import ConfirmForm, RefundForm
from apps.backoffice.tones import DISPUTE_TONES, PAYMENT_TONES, outcome_words
from apps.core import clock
from apps.orders.enums import DisputeState, PaymentState
from apps.orders.models import MailLog, Payment, PaymentCapture, PaymentDispute, PaymentNotice
from apps.orders.payments import operations as payments
from apps.orders.payments.queries import OPEN_STATES, not_charged, wrong_sums


class WaitingFilter(admin.SimpleListFilter):
    """Payments past their deadline."""

    title = gettext_lazy("deadline")
    parameter_name = "deadline"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("passed", gettext_lazy("Past the deadline"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Payment]) -> QuerySet[Payment]:
        if self.value() != "passed":
            return queryset
        return queryset.filter(state__in=OPEN_STATES, deadline_at__lt=clock.now())


class CaptureFilter(admin.SimpleListFilter):
    """Authorised payments that the provider would not charge, or let go of."""

    title = gettext_lazy("charging")
    parameter_name = "charging"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("refused", gettext_lazy("The provider would not charge it"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Payment]) -> QuerySet[Payment]:
        return queryset.filter(pk__in=not_charged().values("pk")) if self.value() == "refused" else queryset


class WrongSumFilter(admin.SimpleListFilter):
    """Payments that brought another sum than the one asked for, which is still with us."""

    title = gettext_lazy("amount")
    parameter_name = "amount"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("differs", gettext_lazy("Another amount came"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Payment]) -> QuerySet[Payment]:
        return queryset.filter(pk__in=wrong_sums().values("pk")) if self.value() == "differs" else queryset


@admin.register(Payment)
class PaymentAdmin(ReadOnlyAdmin):
    """Attempts to pay, newest first."""

    list_display = ("order_number", "gateway", "amount", "state_chip", "created", "deadline", "provider_reference")
    list_filter = ("state", WaitingFilter, CaptureFilter, WrongSumFilter, "gateway", "order__market")
    search_fields = ("order__number", "=provider_reference")
    ordering = ("-id",)
    list_select_related = ("order__market",)
    fields = (
        "order_number",
        "gateway",
        "state_chip",
        "amount",
        "came",
        "capture",
        "captured",
        "released",
        "refunded",
        "authorised_until",
        "provider_reference",
        "refusal_code",
        "idempotency_key",
        "created",
        "deadline",
        "settled_at",
        "checked_at",
    )

    def get_urls(self) -> list[URLPattern]:
        """Add the pages of the buttons."""
        view = self.admin_site.admin_view
        own = [
            path("capture/<int:capture_id>/again/", view(self.capture_again), name="order_capture_again"),
            path("capture/<int:capture_id>/record/", view(self.record_capture), name="order_capture_record"),
        ]
        return own + super().get_urls()  # type: ignore[no-any-return] # untyped base

    def capture_again(self, request: HttpRequest, capture_id: int) -> HttpResponse:
        """Have the provider asked once more for what it refused."""
        row = _capture_or_404(request, capture_id)

        def do(_said: Mapping[str, Any]) -> str:
            payments.ask_again(capture_id=capture_id, by=actor_of(request), at=clock.now())
            return _("The provider is asked again.")

        return ask(
            request,
            admin=self,
            title=_("Charge again"),
            do=do,
            back=_order_page(row),
            question=_("Have the provider charge this part of order %(number)s once more.")
            % {"number": row.payment.order.number},
            form=ConfirmForm(request.POST if request.method == "POST" else None),
            button=_("Charge again"),
            facts=_facts(row),
        )

    def record_capture(self, request: HttpRequest, capture_id: int) -> HttpResponse:
        """Record money that came another way after the provider had refused to charge it."""
        row = _capture_or_404(request, capture_id)

        def do(said: Mapping[str, Any]) -> str:
            payments.record_capture(
                capture_id=capture_id, reference=said["reference"], by=actor_of(request), at=clock.now()
            )
            return _("The money is recorded.")

        return ask(
            request,
            admin=self,
            title=_("Record the money"),
            do=do,
            back=_order_page(row),
            question=_("Record that the money for this part of order %(number)s came another way.")
            % {"number": row.payment.order.number},
            form=RefundForm(request.POST or None),
            button=_("Record the money"),
            facts=_facts(row),
        )

    @display(description=gettext_lazy("order"), ordering="order__number")
    def order_number(self, payment: Payment) -> str:
        return order_link(payment.order_id, payment.order.number)

    @display(description=gettext_lazy("amount"), ordering="amount_minor")
    def amount(self, payment: Payment) -> str:
        return money_minor(payment.amount_minor, payment.currency, country=payment.order.market.country)

    @display(description=gettext_lazy("captured"))
    def captured(self, payment: Payment) -> str:
        return money_minor(payment.captured_minor, payment.money_currency)

    @display(description=gettext_lazy("released"))
    def released(self, payment: Payment) -> str:
        return money_minor(payment.released_minor, payment.currency)

    @display(description=gettext_lazy("refunded"))
    def refunded(self, payment: Payment) -> str:
        return money_minor(payment.refunded_minor, payment.money_currency)

    @display(description=gettext_lazy("came instead"))
    def came(self, payment: Payment) -> str:
        return money_minor(payment.received_minor or None, payment.money_currency)

    @display(description=gettext_lazy("state"), ordering="state")
    def state_chip(self, payment: Payment) -> str:
        return chip(payment.get_state_display(), PAYMENT_TONES[PaymentState(payment.state)])

    @display(description=gettext_lazy("started"), ordering="created_at")
    def created(self, payment: Payment) -> str:
        return moment(payment.created_at)

    @display(description=gettext_lazy("must be settled by"), ordering="deadline_at")
    def deadline(self, payment: Payment) -> str:
        return moment(payment.deadline_at)


def _capture_or_404(request: HttpRequest, capture_id: int) -> PaymentCapture:
    demand(request, "order.change_payment")
    mine = scoped(request, Payment.objects.all())
    rows = PaymentCapture.objects.filter(payment__in=mine).select_related("payment__order__market")
    return get_object_or_404(rows, pk=capture_id)


def _order_page(row: PaymentCapture) -> str:
    return reverse("admin:order_order_change", args=[row.payment.order_id])


def _facts(row: PaymentCapture) -> dict[str, str]:
    country = row.payment.order.market.country
    return {
        _("Amount"): money_minor(row.amount_minor, row.payment.currency, country=country),
        _("Refused by the provider"): row.refusal_code,
    }


@admin.register(PaymentDispute)
class PaymentDisputeAdmin(ReadOnlyAdmin):
    """Disputes, those to be answered soonest first. The answer is given at the provider."""

    list_display = ("order_number", "state_chip", "amount", "reason", "due", "opened", "reference")
    list_filter = ("state", "payment__gateway", "payment__order__market")
    search_fields = ("payment__order__number", "=reference")
    ordering = ("-state", "respond_by", "-opened_at", "-id")
    list_select_related = ("payment__order__market",)
    fields = ("order_number", "state_chip", "amount", "reason", "due", "opened", "closed", "reference")

    @display(description=gettext_lazy("order"), ordering="payment__order__number")
    def order_number(self, dispute: PaymentDispute) -> str:
        return order_link(dispute.payment.order_id, dispute.payment.order.number)

    @display(description=gettext_lazy("state"), ordering="state")
    def state_chip(self, dispute: PaymentDispute) -> str:
        return chip(dispute.get_state_display(), DISPUTE_TONES[DisputeState(dispute.state)])

    @display(description=gettext_lazy("amount"), ordering="amount_minor")
    def amount(self, dispute: PaymentDispute) -> str:
        return money_minor(dispute.amount_minor, dispute.currency, country=dispute.payment.order.market.country)

    @display(description=gettext_lazy("to be answered by"), ordering="respond_by")
    def due(self, dispute: PaymentDispute) -> str:
        return moment(dispute.respond_by) if dispute.respond_by else "–"

    @display(description=gettext_lazy("opened"), ordering="opened_at")
    def opened(self, dispute: PaymentDispute) -> str:
        return moment(dispute.opened_at)

    @display(description=gettext_lazy("closed"))
    def closed(self, dispute: PaymentDispute) -> str:
        return moment(dispute.closed_at) if dispute.closed_at else "–"


@admin.register(PaymentNotice)
class PaymentNoticeAdmin(ReadOnlyAdmin):
    """Providers' notices as they came, newest first."""

    list_display = ("received_at", "gateway", "kind", "event_id", "order_number", "outcome_label")
    list_filter = ("gateway", "outcome")
    search_fields = ("=event_id", "payment__order__number")
    ordering = ("-received_at", "-id")
    list_select_related = ("payment__order",)
    fields = ("received_at", "gateway", "kind", "event_id", "order_number", "outcome_label", "body_text")

    @display(description=gettext_lazy("order"))
    def order_number(self, notice: PaymentNotice) -> str:
        return order_link(notice.payment.order_id, notice.payment.order.number) if notice.payment else "–"

    @display(description=gettext_lazy("outcome"), ordering="outcome")
    def outcome_label(self, notice: PaymentNotice) -> str:
        return outcome_words(notice.outcome)

    @display(description=gettext_lazy("body"))
    def body_text(self, notice: PaymentNotice) -> str:
        return pretty(notice.body)


@admin.register(MailLog)
class MailLogAdmin(ReadOnlyAdmin):
    """Mails, newest first."""

    list_display = ("created_at", "kind", "order_number", "recipient", "language", "subject", "state_chip", "attempts")
    list_filter = ("kind", "state", "language")
    search_fields = ("order__number", "=recipient")
    ordering = ("-created_at", "-id")
    list_select_related = ("order",)
    fields = (
        "kind",
        "order_number",
        "recipient",
        "language",
        "subject",
        "state_chip",
        "attempts",
        "created_at",
        "sent_at",
        "message_id",
        "body",
    )

    @display(description=gettext_lazy("order"))
    def order_number(self, mail: MailLog) -> str:
        return order_link(mail.order.pk, mail.order.number) if mail.order else "–"

    @display(description=gettext_lazy("state"), ordering="state")
    def state_chip(self, mail: MailLog) -> str:
        return chip(mail.get_state_display(), "good" if mail.sent_at else "wait")

    @display(description=gettext_lazy("text"))
    def body(self, mail: MailLog) -> str:
        return format_html('<pre class="whitespace-pre-wrap break-words">{}</pre>', mail.text) if mail.text else "–"
