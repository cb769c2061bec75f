"""Orders that have arrived, and what comes back of them."""

from datetime import timedelta

from apps.core import books
from apps.core.testing import drain_outbox
from apps.inventory.models import Location
from apps.orders.enums import DemoBankDecision, Source
from apps.orders.fulfilment import operations as fulfilments
from apps.orders.models import Fulfilment, Line, MailLog, Return, ReturnLine
from apps.orders.payments import demo_bank
from apps.orders.payments import operations as payments
from apps.orders.returns import operations
from tests.factories.orders import AT
from tests.factories.payments import make_waiting_order, pay

LATER = AT + timedelta(hours=1)
ARRIVED = AT + timedelta(days=2)
BACK = AT + timedelta(days=6)


def arrived(*, method="demo", quantity=2, ship=True, deliver=True, **changes):
    """An order of `quantity` × 10.00 and 4.90 delivery, paid, and as far on its way as asked."""
    waiting = make_waiting_order(method=method, quantity=quantity, **changes)
    if method == "demo":
        payments.start_payment(payment_id=waiting.payment_id, at=AT)
        reference = waiting.payment.provider_reference
        demo_bank.decide(reference=reference, decision=DemoBankDecision.APPROVED, is_silent=True, at=LATER)
        payments.ask_provider(payment_id=waiting.payment_id, source=Source.RETURN, at=LATER)
    else:
        pay(waiting, at=LATER)
    drain_outbox(at=LATER)
    for parcel in Fulfilment.objects.filter(order_id=waiting.order_id) if ship else ():
        fulfilments.ship(fulfilment_id=parcel.pk, carrier="Demo Post", tracking_code="X1", by="user:7", at=LATER)
        if deliver:
            fulfilments.deliver(fulfilment_id=parcel.pk, by="user:7", at=ARRIVED)
    drain_outbox(at=ARRIVED)
    return waiting


def line_of(waiting):
    return Line.objects.get(order_id=waiting.order_id)


def declare(waiting, *, units=1, at=BACK, by="shopper", drain=True):
    made = operations.declare_withdrawal(
        order_id=waiting.order_id,
        units={line_of(waiting).pk: units},
        name="Demo Shopper",
        email="demo@example.com",
        by=by,
        at=at,
    )
    if drain:
        drain_outbox(at=at)
    return made


def inspect(made, *, sellable=0, damaged=0, refused=0, note="", at=BACK, drain=True):
    part = ReturnLine.objects.get(parent=made)
    found = {part.pk: operations.Found(sellable=sellable, damaged=damaged, refused=refused)}
    operations.inspect_return(
        return_id=made.pk, found=found, location_id=Location.objects.get(code="main").pk, note=note, by="user:7", at=at
    )
    if drain:
        drain_outbox(at=at)
    return Return.objects.get(pk=made.pk)


def kinds(waiting):
    return list(MailLog.objects.filter(order_id=waiting.order_id).order_by("id").values_list("kind", flat=True))


def assert_books_hold(*, at=BACK + timedelta(hours=1)):
    assert [(each.invariant.name, each.exceptions) for each in books.prove(at=at).broken] == []
