"""Payments, what providers told us, and mails: read only; the buttons are on the order."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from apps.backoffice.admin.shared import ReadOnlyAdmin, chip, moment, money_minor, order_link, pretty
from apps.backoffice.tones import PAYMENT_TONES, outcome_words
from apps.core import clock
from apps.orders.enums import PaymentState
from apps.orders.models import MailLog, Payment, PaymentNotice
from apps.orders.payments.queries import OPEN_STATES, wrong_sums


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
    list_filter = ("state", WaitingFilter, WrongSumFilter, "gateway", "order__market")
    search_fields = ("order__number", "=provider_reference")
    ordering = ("-id",)
    list_select_related = ("order__market",)
    fields = (
        "order_number",
        "gateway",
        "state_chip",
        "amount",
        "came",
        "captured",
        "refunded",
        "provider_reference",
        "refusal_code",
        "idempotency_key",
        "created",
        "deadline",
        "settled_at",
        "checked_at",
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
