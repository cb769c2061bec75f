"""The pretended bank's page. Exists in demo mode only."""

from dataclasses import dataclass

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from apps.core import clock
from apps.core.money import format_money, from_minor
from apps.orders.enums import DemoBankDecision
from apps.orders.models import DemoBankPayment
from apps.orders.payments import demo_bank

# button → decision, and whether the bank's notice gets lost
BUTTONS = {
    "approve": (DemoBankDecision.APPROVED, False),
    "decline": (DemoBankDecision.DECLINED, False),
    "delay": (DemoBankDecision.DELAYED, False),
    "lose": (DemoBankDecision.APPROVED, True),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class HostedPayment:
    """What the page shows. actions: (value, label, explanation) per button."""

    shop_name: str
    order_number: str
    amount_text: str
    action_url: str
    actions: tuple[tuple[str, str, str], ...]
    cancel_url: str


@never_cache
@require_http_methods(["GET", "POST"])
def bank_page(request: HttpRequest, token: str) -> HttpResponse:
    """Show a payment with its buttons; a pressed button is written down and leads back to the shop."""
    payment = demo_bank.payment_of_page(token=token) if settings.DEMO else None
    if payment is None:
        raise Http404
    if request.method == "POST":
        return _pressed(request, payment)
    with translation.override(payment.language):
        return render(request, "demo/payment.html", {"payment": _page(request, payment)})


def _pressed(request: HttpRequest, payment: DemoBankPayment) -> HttpResponse:
    button = BUTTONS.get(request.POST.get("answer", ""))
    if button is None:
        raise Http404
    decision, is_silent = button
    demo_bank.decide(reference=payment.reference, decision=decision, is_silent=is_silent, at=clock.now())
    # The shop's own address, kept in the bank's books when the payment was opened; nothing from this request.
    return HttpResponseRedirect(payment.return_url, status=303)


def _page(request: HttpRequest, payment: DemoBankPayment) -> HostedPayment:
    amount = from_minor(payment.amount_minor, payment.currency)
    actions = (
        ("approve", _("Approve"), _("The bank says yes at once.")),
        ("decline", _("Decline"), _("The bank says no.")),
        ("delay", _("Approve, but settle later"), _("The bank says yes after a minute.")),
        ("lose", _("Approve, but lose the notice"), _("The bank says yes and forgets to tell the shop.")),
    )
    return HostedPayment(
        shop_name=payment.merchant,
        order_number=payment.order_number,
        amount_text=format_money(money=amount, language=payment.language, country=""),
        action_url=request.path,
        actions=actions if payment.decision == DemoBankDecision.OPEN else (),
        cancel_url=payment.return_url.replace("/payments/return/", "/payments/cancelled/"),
    )
