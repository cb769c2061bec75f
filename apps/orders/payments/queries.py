"""Reads of payments: what a shopper may be told, what staff must look at."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet

from apps.core.money import Money, from_minor
from apps.markets.context import MarketInfo
from apps.markets.enums import CapturePolicy
from apps.markets.queries import shop_for_market
from apps.orders import links
from apps.orders.enums import EXCHANGE, CaptureState, OrderState, PaymentState, PaymentStatus, SettleOutcome
from apps.orders.models import Order, Payment, PaymentCapture, PaymentNotice
from apps.orders.payments.gateways import registry
from apps.orders.payments.gateways.base import PaymentFacts

OPEN_STATES = (PaymentState.CREATED, PaymentState.PENDING)
MISMATCHES = (
    SettleOutcome.AMOUNT_MISMATCH,
    SettleOutcome.CURRENCY_MISMATCH,
    SettleOutcome.ORDER_MISMATCH,
    SettleOutcome.UNKNOWN_PAYMENT,
    SettleOutcome.AUTHORISATION_LOST,
)
_BY_PAYMENT = {
    PaymentState.PENDING: PaymentStatus.BEING_CONFIRMED,
    PaymentState.CREATED: PaymentStatus.TO_PAY,
    PaymentState.AUTHORISED: PaymentStatus.AUTHORISED,
    PaymentState.PAID: PaymentStatus.PAID,
    PaymentState.VOID_DUE: PaymentStatus.RELEASED,
    PaymentState.VOIDED: PaymentStatus.RELEASED,
    PaymentState.REFUSED: PaymentStatus.REFUSED,
    PaymentState.EXPIRED: PaymentStatus.EXPIRED,
    PaymentState.REFUND_DUE: PaymentStatus.TO_REFUND,
    PaymentState.REFUNDED: PaymentStatus.REFUNDED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentView:
    """
    What a shopper is told about paying an order.

    can_pay: the order still waits, so a "pay" button makes sense. redirect_url: the provider's page, when one is open.
    differs: another sum than the one asked for came, so something was charged. by_credit: a gift card or store credit
    paid some of it, or all; the rest of what is told is about the other payment, where there is one. by_goods: goods
    that came back paid some of it, or all; None where it was not to be paid so, False where they never did.
    amount_minor: what that other payment is to pay.
    instructions: iban, bic, holder, reference of a bank transfer. `status` is never "refused" while money may be
    under way.
    """

    status: PaymentStatus
    method: str
    can_pay: bool
    redirect_url: str
    instructions: dict[str, str]
    expires_at: datetime | None
    differs: bool = False
    by_credit: bool = False
    by_goods: bool | None = None
    amount_minor: int = 0


def payment_status(order: Order, *, payments: Sequence[Payment] | None = None) -> PaymentView:
    """
    Return what to tell the shopper of an order. One statement, none for a bank transfer's instructions.

    payments: the order's attempts where they are known already; then no statement.
    """
    every = list(Payment.objects.filter(order_id=order.pk) if payments is None else payments)
    others = [each for each in every if not each.is_ours]
    known, by_credit = others or every, any(each.credit_account_id is not None for each in every)
    goods = [bool(each.captured_minor) for each in every if each.gateway == EXCHANGE]
    by_goods = any(goods) if goods else None
    waits = order.state == OrderState.PLACED
    # An order that has ended is asked about its money, whichever attempt brought it; one that waits, about the newest.
    payment = max(
        known,
        key=lambda each: (
            (False, 0, 0, each.pk)
            if waits
            else (each.state == PaymentState.AUTHORISED, each.captured_minor, each.received_minor, each.pk)
        ),
        default=None,
    )
    if payment is None or payment.is_ours:
        return PaymentView(
            status=PaymentStatus.PAID if payment is None else _BY_PAYMENT[PaymentState(payment.state)],
            method=order.payment_method,
            can_pay=False,
            redirect_url="",
            instructions={},
            expires_at=None,
            by_credit=by_credit,
            by_goods=by_goods,
        )
    status = _BY_PAYMENT[PaymentState(payment.state)]
    paid_in_full = order.state not in {OrderState.PLACED, OrderState.EXPIRED, OrderState.CANCELLED}
    if paid_in_full and status != PaymentStatus.AUTHORISED:
        # An older attempt may have paid while a newer one was refused or waits to be closed.
        status = PaymentStatus.PAID
    # An order outlives the installation's contract with its provider.
    gateway = registry.find_gateway(code=payment.gateway)
    instructions: dict[str, str] = {}
    if gateway is not None and not gateway.is_remote and waits:
        status = PaymentStatus.TO_PAY
        instructions = dict(
            gateway.start(facts=facts_of(order=order, payment=payment), at=payment.created_at).instructions
        )
    return PaymentView(
        status=status,
        method=payment.gateway,
        can_pay=waits and gateway is not None and gateway.is_remote,
        redirect_url=payment.redirect_url if waits and payment.state in OPEN_STATES else "",
        instructions=instructions,
        expires_at=order.expires_at if waits else None,
        differs=bool(payment.received_minor),
        by_credit=by_credit,
        by_goods=by_goods,
        amount_minor=payment.amount_minor,
    )


def facts_of(*, order: Order, payment: Payment) -> PaymentFacts:
    """Return what the provider may know of a payment; the same for every attempt of the same payment."""
    shop = shop_for_market(market_code=order.market.code, language=order.language)
    return PaymentFacts(
        key=payment.idempotency_key,
        order_number=order.number,
        amount_minor=payment.amount_minor,
        currency=payment.currency,
        language=order.language,
        email=order.email,
        merchant=shop.brand.name,
        return_url=links.payment_return_url(shop=shop, number=order.number),
        cancel_url=links.payment_cancel_url(shop=shop, number=order.number),
        created_at=payment.created_at,
        expires_at=payment.deadline_at,
        is_captured_later=payment.capture != CapturePolicy.AT_ONCE,
        bank_account=shop.market.features.get("bank_account", {}),
    )


def capture_policy(*, market_policy: str, gateway: str) -> str:
    """Return when a new payment through a gateway is charged: as its market says, where the provider can wait."""
    found = registry.find_gateway(code=gateway)
    return market_policy if found is not None and found.can_authorise else CapturePolicy.AT_ONCE


def open_payment(*, order_id: int) -> Payment | None:
    """Return the attempt of an order that is neither paid nor given up; the database allows one."""
    return Payment.objects.filter(order_id=order_id, state__in=OPEN_STATES).first()


def to_reconcile(*, older_than: datetime, not_asked_since: datetime) -> QuerySet[Payment]:
    """
    Return payments the provider should be asked about, oldest first.

    Open ones that are old enough, and those given up only because the provider kept silent. Not those of an order that
    follows from another before its shopper went to pay: nobody has been asked for them, so nobody has an answer.
    """
    open_ones = Q(state__in=OPEN_STATES)
    given_up = Q(state=PaymentState.EXPIRED, refusal_code="provider_silent")
    return (
        Payment.objects.filter(open_ones | given_up, created_at__lt=older_than)
        .exclude(provider_reference="", order__follows_from__isnull=False)
        .filter(Q(checked_at__isnull=True) | Q(checked_at__lt=not_asked_since))
        .order_by("created_at", "id")
    )


def needing_staff() -> QuerySet[Payment]:
    """Return payments a person must look at: money owed back, or a yes that did not match what was asked for."""
    return (
        Payment.objects.filter(
            Q(state__in=[PaymentState.REFUND_DUE, PaymentState.VOID_DUE])
            | Q(pk__in=not_charged().values("pk"))
            | Q(notices__outcome__in=MISMATCHES)
            | Q(pk__in=wrong_sums().values("pk"))
        )
        .select_related("order")
        .distinct()
        .order_by("created_at", "id")
    )


def wrong_sums() -> QuerySet[Payment]:
    """Return payments that brought another sum than the one asked for, which is still with us and nobody sent back."""
    return Payment.objects.filter(received_minor__gt=0, captured_minor=0)


def not_charged() -> QuerySet[Payment]:
    """Return authorised payments the provider would not charge, or whose amount it let go before it was charged."""
    refused = Q(pk__in=PaymentCapture.objects.filter(state=CaptureState.REFUSED).values("payment_id"))
    lost = Q(refusal_code=SettleOutcome.AUTHORISATION_LOST)
    return Payment.objects.filter(refused | lost, state=PaymentState.AUTHORISED)


def strange_notices() -> QuerySet[PaymentNotice]:
    """Return notices that were believed but matched nothing as it should, newest first."""
    return PaymentNotice.objects.filter(outcome__in=MISMATCHES).order_by("-received_at", "-id")


def attempts_of_last_hour(*, at: datetime) -> list[tuple[str, str, int]]:
    """Return (gateway, state now, how many) of the attempts to pay orders of the last hour. One statement."""
    return list(
        Payment.objects.filter(order__date_placed__gt=at - timedelta(hours=1), order__date_placed__lte=at)
        .values_list("gateway", "state")
        .annotate(number=Count("id"))
        .order_by("gateway", "state")
    )


def due_money(*, payment: Payment) -> Money:
    """Return what a payment is about."""
    return from_minor(payment.amount_minor, payment.currency)


def methods(*, market: MarketInfo) -> tuple[str, ...]:
    """Return the payment methods a market offers and this installation has set up, in the market's order. No query."""
    ready = registry.available_codes()
    return tuple(code for code in market.payment_methods if code in ready)
