"""Where providers tell us things, and where shoppers come back to."""

from typing import Any

import structlog
from django.contrib import messages
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from apps.core import clock
from apps.core.errors import Refusal
from apps.markets.queries import shop_for_market
from apps.orders import links, tokens
from apps.orders.enums import PaymentState, Source
from apps.orders.models import Order, Payment
from apps.orders.payments import operations, queries
from apps.orders.payments.errors import ForgedNotice, UnknownGateway

logger = structlog.get_logger(__name__)

# Stripe's largest events are a few dozen kilobytes.
MAX_BODY = 256 * 1024
RETRY_AFTER_S = "30"


@csrf_exempt  # its proof is the provider's signature, which no browser can be made to send
@never_cache
@require_POST
def webhook(request: HttpRequest, provider: str) -> HttpResponse:
    """Take a provider's notice. 200: believed (worked on or known); 400: not theirs; 503: please repeat it."""
    try:
        if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BODY:
            return JsonResponse({"error": "too large"}, status=413)
        body = request.read(MAX_BODY + 1)
        if len(body) > MAX_BODY:
            return JsonResponse({"error": "too large"}, status=413)
        headers = {name.lower(): value for name, value in request.headers.items()}
        done = operations.take_notice(provider=provider, body=body, headers=headers, at=clock.now())
    except UnknownGateway as refusal:
        # Read by a machine: the shop's own page would tell it nothing.
        return JsonResponse({"error": refusal.code}, status=refusal.http_status)
    except ForgedNotice as refusal:
        logger.warning("webhook_refused", provider=provider, reason=refusal.params.get("reason", ""))
        return JsonResponse({"error": refusal.code}, status=refusal.http_status)
    except (OperationalError, InterfaceError):
        logger.exception("webhook_database_down", provider=provider)
        return JsonResponse({"error": "unavailable"}, status=503, headers={"Retry-After": RETRY_AFTER_S})
    return JsonResponse({"outcome": str(done.outcome)})


@never_cache
@require_GET
def came_back(request: HttpRequest, token: str) -> HttpResponse:  # noqa: ARG001 -- Django's signature
    """The shopper is back from the provider: ask once what happened, then show the order."""
    order = _order_of(token)
    payment = queries.open_payment(order_id=order.pk)
    if payment is not None:
        operations.ask_provider(payment_id=payment.pk, source=Source.RETURN, at=clock.now())
    return _to_order(order)


@never_cache
@require_GET
def turned_back(request: HttpRequest, token: str) -> HttpResponse:  # noqa: ARG001 -- Django's signature
    """The shopper left the provider's page without paying: close it, so that another try starts clean."""
    order = _order_of(token)
    payment = queries.open_payment(order_id=order.pk)
    if payment is not None:
        operations.give_up(payment_id=payment.pk, at=clock.now())
    return _to_order(order)


@never_cache
@require_POST
def pay(request: HttpRequest, token: str) -> HttpResponse:
    """Pay a placed order now: the open attempt's page, or a new attempt after a refusal."""
    order = _order_of(token)
    try:
        payment = _attempt(order=order)
        result = operations.start_payment(payment_id=payment.pk, at=clock.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return _to_order(order)
    if result.redirect_url:
        return HttpResponseRedirect(result.redirect_url, status=303)
    return _to_order(order)


def _attempt(*, order: Order) -> Payment:
    attempts = Payment.objects.filter(order_id=order.pk)
    # Counted, not random: two presses at once name the same attempt.
    refused = attempts.filter(state=PaymentState.REFUSED).count()
    return operations.retry_payment(
        order_id=order.pk,
        gateway=order.payment_method,
        key=f"order-{order.number}-{refused + 1}",
        at=clock.now(),
        by="shopper",
    )


def _order_of(token: str) -> Order:
    number = tokens.order_number(token)
    order = Order.objects.select_related("market").filter(number=number).first() if number else None
    if order is None:
        raise Http404
    return order


def _to_order(order: Any) -> HttpResponse:  # noqa: ANN401 -- Oscar's order carries no types
    shop = shop_for_market(market_code=order.market.code, language=order.language)
    return HttpResponseRedirect(links.tracking_url(shop=shop, number=order.number), status=303)
