"""Send the shopper to the provider, ask it when they come back, and let them try again."""

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from django.db import transaction

from apps.core import audit, locks
from apps.core.errors import Final, TryAgain
from apps.orders import transitions
from apps.orders.enums import Answer, OrderState, PaymentState, SettleOutcome, Source
from apps.orders.models import Order, Payment
from apps.orders.payments import queries
from apps.orders.payments.errors import PaymentDeclinedAtStart, ProviderUnavailable, UnableToPay
from apps.orders.payments.gateways import registry
from apps.orders.payments.gateways.base import Gateway, StartResult, Verdict
from apps.orders.payments.operations.settle import Settled, settle

logger = structlog.get_logger(__name__)

MOST_ATTEMPTS = 20
# What a provider is told comes from these; an order has five times as many columns.
_ASKED = (
    "gateway",
    "state",
    "capture",
    "amount_minor",
    "currency",
    "idempotency_key",
    "created_at",
    "deadline_at",
    "order__number",
    "order__state",
    "order__language",
    "order__email",
    "order__market__code",
)


def start_payment(*, payment_id: int, at: datetime, by: str = "system:payments.start") -> StartResult:
    """
    Have the provider open its page for a payment, or return the instructions of a transfer. Safe to repeat.

    Call after the placement has committed and outside any transaction. The provider is given the payment's own key,
    so a repeated call (an impatient shopper, a crash in between) finds the page that is open already.
    Raises ProviderUnavailable when it cannot be reached (the order stands), PaymentDeclinedAtStart when it refuses this
    payment (which is then refused), UnableToPay when the order no longer waits.
    """
    payment = Payment.objects.select_related("order__market").only(*_ASKED).get(pk=payment_id)
    order = payment.order
    gateway = registry.gateway_for(code=payment.gateway)
    if order.state != OrderState.PLACED or payment.state not in queries.OPEN_STATES:
        raise UnableToPay(number=order.number)
    try:
        result = gateway.start(facts=queries.facts_of(order=order, payment=payment), at=at)
    except TryAgain as error:
        logger.warning("payment_start_failed", payment=payment_id, reason=error.reason)
        raise ProviderUnavailable from error
    except Final as error:
        logger.error("payment_start_refused", payment=payment_id, reason=error.reason)  # noqa: TRY400 -- foreseen
        verdict = Verdict(answer=Answer.NO, reference="", refusal_code="declined_at_start")
        settle(gateway=payment.gateway, verdict=verdict, source=Source.RETURN, at=at, by=by, payment_id=payment_id)
        raise PaymentDeclinedAtStart from error
    if gateway.is_remote and not _remember(payment_id=payment_id, order_id=order.pk, result=result, by=by, at=at):
        # The order expired while we were talking: nobody may pay on that page any more.
        _close_quietly(gateway=gateway, reference=result.reference)
        raise UnableToPay(number=order.number)
    return result


def retry_payment(*, order_id: int, gateway: str, key: str, at: datetime, by: str) -> Payment:
    """
    Return the order's open attempt through that gateway, or write a new one when the last was refused.

    key: of the request; asked twice with the same key, one attempt is written. The stock stays promised until the
    order's own time is over, which the first retry after a refusal begins anew, once. Locks order, then its payments.
    Raises UnableToPay when the order no longer waits, was tried too often, or waits on another gateway's open page
    (give that up first).
    """
    registry.gateway_for(code=gateway)
    with transaction.atomic():
        order = locks.lock_row(
            queryset=Order.objects.select_related("market").filter(pk=order_id), rank=locks.Rank.ORDER
        )
        payments = locks.lock_rows(queryset=Payment.objects.filter(order_id=order_id), rank=locks.Rank.PAYMENT)
        known = next((each for each in payments if each.idempotency_key == key), None)
        if known is not None:
            return known
        attempts = [each for each in payments if not each.is_ours]
        open_one = next((each for each in attempts if each.state in queries.OPEN_STATES), None)
        if open_one is not None and open_one.gateway == gateway and order.state == OrderState.PLACED:
            return open_one
        expired = order.expires_at is not None and order.expires_at <= at
        tries_left = 0 < len(attempts) < MOST_ATTEMPTS
        if order.state != OrderState.PLACED or open_one is not None or expired or not tries_left:
            raise UnableToPay(number=order.number)
        last = attempts[-1]
        _extend(order=order, by=by, at=at)
        payment = Payment.objects.create(
            order=order,
            gateway=gateway,
            amount_minor=last.amount_minor,
            currency=last.currency,
            capture=queries.capture_policy(market_policy=order.market.capture, gateway=gateway),
            idempotency_key=key,
            created_at=at,
            deadline_at=order.expires_at or last.deadline_at,
        )
        transitions.note_birth(machine=transitions.PAYMENT, row=payment, order_id=order.pk, by=by, at=at)
        if order.payment_method != gateway:
            order.payment_method = gateway
            order.save(update_fields=["payment_method"])
        return payment


def _extend(*, order: Order, by: str, at: datetime) -> None:
    """Give an order the market's whole time again, once: a refused card is often answered by another one. Audited."""
    if order.is_extended or order.expires_at is None:
        return
    before = order.expires_at
    order.is_extended = True
    order.expires_at = max(order.expires_at, at + timedelta(minutes=order.market.unpaid_order_ttl_minutes))
    order.save(update_fields=["is_extended", "expires_at"])
    audit.record(
        action="order.extend",
        target=audit.target_of(model="order.order", pk=order.pk),
        actor=by,
        at=at,
        before={"expires_at": before.isoformat()},
        after={"expires_at": order.expires_at.isoformat()},
        reason="payment tried again",
    )


def ask_provider(*, payment_id: int, source: Source, at: datetime) -> Settled:
    """
    Ask the provider once what became of an open payment, and settle what it says; for the return page.

    A provider that cannot be reached leaves everything as it is: not known yet, which is not a refusal.
    """
    return _look(
        payment_id=payment_id, source=source, at=at, question=lambda gateway, ref: gateway.fetch(reference=ref)
    )


def give_up(*, payment_id: int, at: datetime) -> Settled:
    """
    End an open payment because its shopper turned back at the provider: nobody can pay it afterwards. Safe to repeat.

    When the provider says it was paid all the same, it is paid; when it cannot say, the payment stays open.
    """
    return _look(
        payment_id=payment_id, source=Source.RETURN, at=at, question=lambda gateway, ref: gateway.close(reference=ref)
    )


def _look(*, payment_id: int, source: Source, at: datetime, question: Callable[[Gateway, str], Verdict]) -> Settled:
    payment = Payment.objects.get(pk=payment_id)
    gateway = registry.gateway_for(code=payment.gateway)
    here = {"payment_id": payment.pk, "order_id": payment.order_id}
    if payment.state not in queries.OPEN_STATES:
        return Settled(outcome=SettleOutcome.ALREADY_SETTLED, **here)
    if not gateway.is_remote or not payment.provider_reference:
        return Settled(outcome=SettleOutcome.STILL_UNKNOWN, **here)
    try:
        verdict = question(gateway, payment.provider_reference)
    except (TryAgain, Final) as error:
        logger.warning("payment_not_known_yet", payment=payment_id, reason=error.reason)
        return Settled(outcome=SettleOutcome.STILL_UNKNOWN, **here)
    return settle(gateway=payment.gateway, verdict=verdict, source=source, at=at, payment_id=payment_id)


def _remember(*, payment_id: int, order_id: int, result: StartResult, by: str, at: datetime) -> bool:
    """Write reference and page; False when the order stopped waiting while the provider was asked."""
    if transitions.open_payment(
        payment_id=payment_id,
        order_id=order_id,
        reference=result.reference,
        redirect_url=result.redirect_url,
        by=by,
        at=at,
    ):
        return True
    with transaction.atomic():
        order = locks.lock_row(queryset=Order.objects.filter(pk=order_id), rank=locks.Rank.ORDER)
        payment = locks.lock_row(queryset=Payment.objects.filter(pk=payment_id), rank=locks.Rank.PAYMENT)
        changes = {"provider_reference": result.reference, "redirect_url": result.redirect_url}
        if not payment.provider_reference:
            # Whoever settles late money must find the payment by its reference.
            Payment.objects.filter(pk=payment_id).update(**changes)
        return payment.state == PaymentState.PENDING and order.state == OrderState.PLACED


def _close_quietly(*, gateway: Gateway, reference: str) -> None:
    try:
        gateway.close(reference=reference)
    except (TryAgain, Final) as error:
        # Late money is sent back when it comes; a page that stays open a while is a nuisance, not a loss.
        logger.warning("payment_page_left_open", reference=reference, reason=error.reason)
