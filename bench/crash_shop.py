"""What staff and the books do in a crash run. Imported once Django is set up; speaks to the real operations."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any, TypeVar

from django.db import InterfaceError, OperationalError, connection, connections
from django.db.models import Count, F, Q
from django.utils import timezone

from apps.catalog.models import KitComponent
from apps.core import books, clock
from apps.core.errors import GatewayError, Refusal
from apps.core.models import OutboxDelivery
from apps.core.money import Money
from apps.inventory import inbound
from apps.inventory import operations as inventory
from apps.inventory.enums import LocationKind, RuleAction
from apps.inventory.models import Inbound, Location, SourcingRule, StockLevel
from apps.markets.enums import CapturePolicy
from apps.markets.models import Market
from apps.orders.cancellation import cancel_order
from apps.orders.credit import operations as credit
from apps.orders.edits import operations as edits
from apps.orders.enums import RejectReason
from apps.orders.fulfilment import arrivals, rerouting
from apps.orders.fulfilment import operations as fulfilment
from apps.orders.logistics import operations as logistics
from apps.orders.models import DemoBankPayment, Fulfilment, MailLog, Order, Payment
from apps.orders.payments import demo_bank
from apps.orders.payments import operations as payments
from apps.orders.returns import operations as returns
from apps.orders.returns import waiting

T = TypeVar("T")
BY = "system:crash-run"
CARDS = 4
COMING = 12
"""SKUs of a delivery that is announced."""
SHORT = 30
"""Units of each SKU at the start: few, so that baskets fight for the last ones."""


def prefer_partner() -> None:
    """Have the market's rules ask the logistics partner first for whatever it has, so that its faults matter."""
    market = Market.objects.get(code="halles-fr")
    SourcingRule.objects.update_or_create(
        market=market,
        position=0,
        defaults={"name": "Partner first", "kinds": [LocationKind.PARTNER], "action": RuleAction.PART},
    )


def charge_later() -> None:
    """Have the market charge each parcel as it leaves, so that captures and releases are killed as well."""
    Market.objects.filter(code="halles-fr").update(capture=CapturePolicy.AT_SHIPMENT)


def gift_cards() -> list[str]:
    """Issue a few gift cards that all guests share; return their codes."""
    brand_id = Market.objects.get(code="halles-fr").brand_id
    return [
        credit.issue_gift_card(
            brand_id=brand_id,
            amount=Money(Decimal(400), "EUR"),
            expires_on=None,
            reason="crash run",
            key=f"crash-{number}",
            by=BY,
            at=clock.now(),
        ).code
        for number in range(CARDS)
    ]


def kits_and_components() -> list[int]:
    """Return the kits the market sells and what they are made of, so that both are wanted at once."""
    sold = KitComponent.objects.filter(kit__brand_links__brand__markets__code="halles-fr")
    pairs = sold.order_by("id").values_list("kit_id", "product_id")
    return list(dict.fromkeys(product for pair in pairs for product in pair)) * 2


def at_partner() -> dict[str, int]:
    """Parcels at the logistics partner by state, for the report."""
    rows = Fulfilment.objects.exclude(location__partner="").filter(location__isnull=False)
    return {
        row["state"]: row["parcels"] for row in rows.values("state").annotate(parcels=Count("id")).order_by("state")
    }


def stock_up() -> None:
    """Count every level up to what a round needs; never below what is promised."""
    here = StockLevel.objects.exclude(location__kind=LocationKind.INBOUND)
    for level in here.filter(on_hand__lt=SHORT).select_related("location"):
        counts = {(level.product_id, level.location_id): max(SHORT, level.reserved)}
        with_patience(lambda c=counts: inventory.count_stock(counts=c, reference="crash", at=clock.now(), by=BY))


def staff_day(chance: random.Random) -> Counter[str]:
    """A few minutes of staff: ship, reject, cancel, change, deliver, give back, receive; count what came of it."""
    done: Counter[str] = Counter()
    rows = list(
        Fulfilment.objects.filter(state__in=("new", "picked", "packed"), location__partner="").order_by("?")[:8]
    )
    for row in rows:
        move = chance.choice(("ship", "ship", "reject", "cancel", "split", "change"))
        done[f"{move} {_try(move, row, chance)}"] += 1
    for row in Fulfilment.objects.filter(state="shipped").order_by("?")[:4]:
        done[f"deliver {_try('deliver', row, chance)}"] += 1
    for order in Order.objects.filter(state__in=("shipped", "delivered")).order_by("?")[:2]:
        done[f"return {_give_back(order)}"] += 1
    if chance.random() < 0.2:  # noqa: PLR2004 -- now and then an authorisation comes to its end
        ends = Payment.objects.filter(state="authorised").order_by("authorised_until").first()
        if ends is not None and ends.authorised_until is not None:
            at = ends.authorised_until - timedelta(hours=1)
            done[f"authorisation ends {answer(lambda: payments.capture_before_end(at=at, limit=1))}"] += 1
    done[f"delivery {_delivery(chance)}"] += 1
    return done


def _delivery(chance: random.Random) -> str:
    """Announce goods whose shelves are empty, receive part of others, put them off or call them off."""
    now, today = clock.now(), timezone.localdate(clock.now())
    move = chance.choice(("announced", "received", "received", "put off", "called off"))
    row = Inbound.objects.filter(is_active=True).order_by("?").first()
    if move == "announced" or row is None:
        hub = Location.objects.get(code="lyon")
        levels = list(StockLevel.objects.filter(location=hub).order_by("?")[:COMING])
        empty = {(level.product_id, hub.pk): level.reserved for level in levels}
        calls: list[Callable[[], object]] = [
            lambda: inventory.count_stock(counts=empty, reference="crash", at=now, by=BY),
            lambda: inbound.announce(
                location_id=hub.pk,
                quantities={level.product_id: chance.randint(3, 20) for level in levels},
                expected_on=today + timedelta(days=chance.randint(0, 5)),
                reference=f"C{now.timestamp():.0f}{chance.randint(0, 999)}",
                sells_online=True,
                percent=100,
                today=today,
                at=now,
                by=BY,
            ),
        ]
        return f"announced {[answer(call) for call in calls][-1]}"
    coming = {level.product_id: level.on_hand for level in StockLevel.objects.filter(location=row, on_hand__gt=0)}
    came = {product: chance.randint(0, units) for product, units in coming.items()}
    deeds: dict[str, Callable[[], object]] = {
        "received": lambda: inbound.receive(inbound_id=row.pk, quantities=came, at=now, by=BY),
        "put off": lambda: inbound.expect_on(
            inbound_id=row.pk,
            day=today + timedelta(days=9),
            sells_online=True,
            reason="crash run",
            today=today,
            at=now,
            by=BY,
        ),
        "called off": lambda: inbound.call_off(inbound_id=row.pk, reason="crash run", at=now, by=BY),
    }
    return f"{move} {answer(deeds[move])}"


def _change(row: Fulfilment, *, line: int) -> None:
    """Take one unit out of an order."""
    now = clock.now()
    draft = edits.draft(order_id=row.order_id, units={line: 1}, address=None, reason="crash run", by=BY, at=now)
    edits.confirm(edit_id=draft.pk, by=BY, at=now)


def _try(move: str, row: Fulfilment, chance: random.Random) -> str:
    now = clock.now()
    units = dict(row.lines.values_list("line_id", "quantity"))
    if not units:
        return "nothing"
    line, count = chance.choice(sorted(units.items()))
    calls: dict[str, Any] = {
        "ship": lambda: fulfilment.ship(
            fulfilment_id=row.pk, carrier="Demo Post", tracking_code=f"C{row.pk}", by=BY, at=now
        ),
        "reject": lambda: rerouting.reject(
            fulfilment_id=row.pk, units={line: count}, reason=chance.choice(RejectReason.values), note="", by=BY, at=now
        ),
        "cancel": lambda: cancel_order(order_id=row.order_id, reason="crash run", by=BY, at=now),
        "split": lambda: fulfilment.split(fulfilment_id=row.pk, units={line: 1}, by=BY, at=now),
        "change": lambda: _change(row, line=line),
        "deliver": lambda: fulfilment.deliver(fulfilment_id=row.pk, by=BY, at=now),
    }
    return answer(calls[move])


def _give_back(order: Order) -> str:
    line = order.lines.order_by("position")[0]

    def work() -> None:
        made = returns.declare_withdrawal(
            order_id=order.pk, units={line.pk: 1}, name="Demo", email=order.email, by=returns.SHOPPER, at=clock.now()
        )
        if made.state == "declared":
            place = Location.objects.get(code="lyon").pk
            found = {made.lines.get().pk: returns.Found(sellable=1)}
            returns.inspect_return(return_id=made.pk, found=found, location_id=place, note="", by=BY, at=clock.now())

    return answer(work)


def answer(call: Callable[[], object]) -> str:
    """Call an operation as a person would: a refusal or a lost connection is an answer, anything else a bug."""
    try:
        call()
    except (Refusal, GatewayError) as refusal:
        return type(refusal).__name__
    except (OperationalError, InterfaceError):
        connections.close_all()
        return "database away"
    return "done"


def with_patience(call: Callable[[], T], *, tries: int = 50) -> T:
    """Call something the run itself needs, again while PostgreSQL is away."""
    for _ in range(tries):
        try:
            return call()
        except (OperationalError, InterfaceError):
            connections.close_all()
            time.sleep(0.2)
    raise RuntimeError("PostgreSQL did not come back")


def owners() -> None:
    """What the clock's jobs do, once; beat does it as well, more slowly."""
    now = clock.now()
    # What was delayed at the bank a minute ago is due at once, so that a round need not wait for it.
    demo_bank.settle_due(at=now + timedelta(minutes=2))
    payments.reconcile(at=now, older_than=timedelta(0))
    payments.expire_unpaid(at=now)
    logistics.follow_up(at=now + logistics.ASK_AFTER)
    arrivals.reroute_called_off(at=now)
    waiting.work_off(at=now)


def undone() -> list[str]:
    """Deliveries of the outbox that are neither done nor given up: which, how often they were tried, and why not."""
    rows = OutboxDelivery.objects.exclude(state__in=("done", "dead")).select_related("event").order_by("id")
    return [
        f"outbox: {row.handler} of {row.event.key} {row.state}, {row.attempts} attempts: {row.last_error[-300:]}"
        for row in rows
    ]


def hurry() -> None:
    """Have what waits for its next attempt tried now: a round is shorter than the pauses between attempts."""
    now = clock.now()
    OutboxDelivery.objects.filter(state="pending", next_attempt_at__gt=now).update(next_attempt_at=now)


def wrong() -> list[str]:
    """Everything that does not agree: the books, the bank's own record, refunds, mails, deadlines."""
    found = [
        f"{each.invariant.name}: {exception.subject} {exception.detail}"
        for each in books.prove(at=clock.now()).broken
        for exception in each.exceptions
    ]
    found += [f"payments: {row}" for row in _bank()]
    found += [
        f"mails: {row['order__number']} {row['kind']} {row['sent']} times"
        for row in MailLog.objects.filter(kind__in=("order_confirmation", "order_cancelled", "order_expired"))
        .values("order__number", "kind")
        .annotate(sent=Count("id"))
        .filter(sent__gt=1)
    ]
    over = StockLevel.objects.filter(Q(reserved__gt=F("on_hand")) | Q(on_hand__lt=0) | Q(free__lt=0))
    return found + [f"stock: {level}" for level in over]


def _bank() -> list[str]:
    """Payments that differ from what the bank itself wrote down."""
    paid = {row.payment_key: row for row in DemoBankPayment.objects.all()}
    found = []
    for payment in Payment.objects.filter(gateway="demo"):
        there = paid.get(payment.idempotency_key)
        has_said_yes = there is not None and there.decision == "approved"
        if there is not None and there.is_captured_later:
            ours = (payment.captured_minor, payment.refunded_minor, payment.state in {"paid", "voided", "refunded"})
            theirs = (there.captured_minor, there.refunded_minor, has_said_yes and there.is_released)
            if ours != theirs:
                found.append(f"{payment.idempotency_key} {payment.state} is {ours}, at the bank {theirs}")
        elif bool(payment.captured_minor) != has_said_yes:
            found.append(
                f"{payment.idempotency_key} captured {payment.captured_minor}, bank {there and there.decision}"
            )
        elif there is not None and payment.refunded_minor != there.refunded_minor:
            found.append(f"{payment.idempotency_key} sent back {payment.refunded_minor}, bank {there.refunded_minor}")
    return found


def counts() -> dict[str, int]:
    """Orders by state, for the report."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT state, count(*) FROM order_order GROUP BY state ORDER BY state")
        return dict(cursor.fetchall())


def handed_over() -> tuple[int, int]:
    """Mails, and how often they were handed over: more only where a worker died between sending and writing."""
    rows = MailLog.objects.filter(state="sent")
    return rows.count(), sum(rows.values_list("attempts", flat=True))
