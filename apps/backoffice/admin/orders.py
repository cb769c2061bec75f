"""Orders: found by number, address or SKU, read as a story, moved on by buttons."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from apps.backoffice import edit_page
from apps.backoffice.admin.shared import ReadOnlyAdmin, actor_of, ask, chip, demand, moment, money, scoped
from apps.backoffice.forms import ConfirmForm, OnceForm, ReasonForm, RefundForm, TransferForm
from apps.backoffice.order_page import order_context
from apps.backoffice.tones import ORDER_TONES, PAYMENT_TONES
from apps.core import clock
from apps.core.money import Money, from_minor
from apps.orders import cancellation
from apps.orders.enums import OrderState, PaymentState, SettleOutcome
from apps.orders.mail import again
from apps.orders.models import Order, Payment
from apps.orders.payments import operations as payments


class PaymentStateFilter(admin.SimpleListFilter):
    """By the state of the newest payment."""

    title = gettext_lazy("payment")
    parameter_name = "payment"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(value, str(label)) for value, label in PaymentState.choices]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Order]) -> QuerySet[Order]:
        return queryset.filter(payment_state=self.value()) if self.value() else queryset


@admin.register(Order)
class OrderAdmin(ReadOnlyAdmin):
    """The list of orders and the page of one."""

    list_display = ("number", "market", "placed", "email", "total", "state_chip", "payment_chip")
    list_filter = ("state", PaymentStateFilter, "market", "date_placed")
    search_fields = ("number", "email", "=lines__upc")
    search_help_text = gettext_lazy("Number, e-mail address or exact SKU")
    ordering = ("-date_placed", "-id")
    list_select_related = ("market",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Order]:
        """Return orders with the state of their newest payment."""
        newest = Payment.objects.filter(order_id=OuterRef("pk")).order_by("-id").values("state")[:1]
        return super().get_queryset(request).annotate(payment_state=Subquery(newest))  # type: ignore[no-any-return] # untyped base

    @display(description=gettext_lazy("placed"), ordering="date_placed")
    def placed(self, order: Order) -> str:
        return moment(order.date_placed)

    @display(description=gettext_lazy("total"), ordering="total_incl_tax")
    def total(self, order: Order) -> str:
        return money(Money(order.total_incl_tax, order.currency), country=order.market.country)

    @display(description=gettext_lazy("state"), ordering="state")
    def state_chip(self, order: Order) -> str:
        return chip(order.get_state_display(), ORDER_TONES[OrderState(order.state)])

    @display(description=gettext_lazy("payment"))
    def payment_chip(self, order: Order) -> str:
        state = order.payment_state  # type: ignore[attr-defined] # annotated above
        return chip(PaymentState(state).label, PAYMENT_TONES[PaymentState(state)]) if state else "–"

    def get_urls(self) -> list[URLPattern]:
        """Add the pages of the buttons."""
        view = self.admin_site.admin_view
        own = [
            path("<int:order_id>/cancel/", view(self.cancel), name="order_order_cancel"),
            path("<int:order_id>/edit/", view(partial(edit_page.change, admin=self)), name="order_order_edit"),
            path(
                "<int:order_id>/exchange/", view(partial(edit_page.exchange, admin=self)), name="order_order_exchange"
            ),
            path(
                "<int:order_id>/edit/<int:edit_id>/confirm/",
                view(partial(edit_page.confirm, admin=self)),
                name="order_order_change_confirm",
            ),
            path(
                "<int:order_id>/edit/<int:edit_id>/discard/",
                view(partial(edit_page.discard, admin=self)),
                name="order_order_change_discard",
            ),
            path("<int:order_id>/confirmation/", view(self.send_confirmation), name="order_order_confirmation"),
            path("payment/<int:payment_id>/transfer/", view(self.record_transfer), name="order_payment_transfer"),
            path("payment/<int:payment_id>/return/", view(self.return_sum), name="order_payment_return"),
            path("payment/<int:payment_id>/refund/", view(self.refund), name="order_payment_refund"),
        ]
        return own + super().get_urls()  # type: ignore[no-any-return] # untyped base

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show an order as a story."""
        demand(request, "order.view_order")
        if not object_id.isdecimal():
            raise Http404
        related = ("market", "shipping_address__country", "user")
        order = get_object_or_404(scoped(request, Order.objects.select_related(*related)), pk=object_id)
        context = {**self.admin_site.each_context(request), "opts": self.model._meta, **order_context(request, order)}
        return TemplateResponse(request, "backoffice/order.html", context)

    def send_confirmation(self, request: HttpRequest, order_id: int) -> HttpResponse:
        """Send the confirmation once more."""
        demand(request, "order.change_order")
        order = get_object_or_404(scoped(request, Order.objects.all()), pk=order_id)

        def do(said: Mapping[str, Any]) -> str:
            again.send_confirmation_again(order_id=order_id, key=said["key"], by=actor_of(request), at=clock.now())
            return _("The confirmation is on its way to %(email)s.") % {"email": order.email}

        return ask(
            request,
            admin=self,
            title=_("Send the confirmation again"),
            do=do,
            back=_order_page(order_id),
            question=_("Send a copy of the confirmation of order %(number)s to its shopper.")
            % {"number": order.number},
            form=OnceForm(request.POST or None),
            button=_("Send again"),
            facts={_("E-mail address"): order.email, _("State"): order.get_state_display()},
        )

    def cancel(self, request: HttpRequest, order_id: int) -> HttpResponse:
        """Cancel an order that has not left, with a reason."""
        demand(request, "order.change_order")
        order = get_object_or_404(scoped(request, Order.objects.select_related("market")), pk=order_id)

        def do(said: Mapping[str, Any]) -> str:
            cancellation.cancel_order(order_id=order_id, reason=said["reason"], by=actor_of(request), at=clock.now())
            return _("Order %(number)s is cancelled.") % {"number": order.number}

        return ask(
            request,
            admin=self,
            title=_("Cancel the order"),
            do=do,
            back=_order_page(order_id),
            question=_(
                "Cancel order %(number)s: its goods become free for others, what was paid is sent back, and the shopper"
                " is told. This cannot be undone. The reason stays with us."
            )
            % {"number": order.number},
            form=ReasonForm(request.POST or None),
            button=_("Cancel the order"),
            danger=True,
            facts={_("State"): order.get_state_display(), _("Total"): self.total(order)},
        )

    def record_transfer(self, request: HttpRequest, payment_id: int) -> HttpResponse:
        """Ask for the amount that arrived and record it."""
        demand(request, "order.change_payment")
        rows = scoped(request, Payment.objects.select_related("order__market"))
        payment = get_object_or_404(rows, pk=payment_id, gateway="bank_transfer")

        def do(said: Mapping[str, Any]) -> str:
            done = payments.record_transfer(
                payment_id=payment_id,
                received=Money(said["amount"], payment.currency),
                reference=said["reference"],
                by=actor_of(request),
                at=clock.now(),
            )
            return str(SettleOutcome(done.outcome).label)

        return ask(
            request,
            admin=self,
            title=_("Record a bank transfer"),
            do=do,
            back=_order_page(payment.order_id),
            question=_("Record that the money for order %(number)s arrived.") % {"number": payment.order.number},
            form=TransferForm(request.POST or None),
            button=_("Record transfer"),
            facts={_("Expected"): _amount(payment), _("Order"): payment.order.number},
        )

    def refund(self, request: HttpRequest, payment_id: int) -> HttpResponse:
        """Send back what is owed: by the provider, or by hand for a transfer."""
        demand(request, "order.change_payment")
        payment = get_object_or_404(scoped(request, Payment.objects.select_related("order__market")), pk=payment_id)
        by_hand = payment.gateway == "bank_transfer"

        def do(said: Mapping[str, Any]) -> str:
            if by_hand:
                payments.record_refund(
                    payment_id=payment_id, reference=said["reference"], by=actor_of(request), at=clock.now()
                )
            else:
                payments.refund_due(payment_id=payment_id, at=clock.now())
            return _("The refund is recorded.")

        form = RefundForm(request.POST or None) if by_hand else _confirm(request)
        question = (
            _("Record that you sent the money of order %(number)s back.")
            if by_hand
            else _("Have the provider send the money of order %(number)s back.")
        )
        return ask(
            request,
            admin=self,
            title=_("Refund"),
            question=question % {"number": payment.order.number},
            form=form,
            do=do,
            back=_order_page(payment.order_id),
            button=_("Refund"),
            danger=True,
            facts={_("Amount"): _sum(payment.captured_minor, payment.money_currency, payment)},
        )

    def return_sum(self, request: HttpRequest, payment_id: int) -> HttpResponse:
        """Send back a sum that came instead of the one asked for."""
        demand(request, "order.change_payment")
        payment = get_object_or_404(scoped(request, Payment.objects.select_related("order__market")), pk=payment_id)
        came = _sum(payment.received_minor, payment.money_currency, payment)

        def do(_said: Mapping[str, Any]) -> str:
            payments.return_wrong_sum(payment_id=payment_id, by=actor_of(request), at=clock.now())
            return _("%(amount)s is on its way back.") % {"amount": came}

        return ask(
            request,
            admin=self,
            title=_("Send back what came"),
            do=do,
            back=_order_page(payment.order_id),
            question=_("Have the provider send back exactly what came for order %(number)s.")
            % {"number": payment.order.number},
            form=_confirm(request),
            button=_("Send back"),
            danger=True,
            facts={_("Expected"): _amount(payment), _("Came instead"): came},
        )


def _confirm(request: HttpRequest) -> Any:
    return ConfirmForm(request.POST if request.method == "POST" else None)


def _amount(payment: Payment) -> str:
    return _sum(payment.amount_minor, payment.currency, payment)


def _sum(minor: int, currency: str, payment: Payment) -> str:
    return money(from_minor(minor, currency), country=payment.order.market.country)


def _order_page(order_id: int) -> str:
    return reverse("admin:order_order_change", args=[order_id])
