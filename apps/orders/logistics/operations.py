"""
Send parcels to logistics partners, take what they report, ask about what they do not report, compare their stock.

Calls are outside transactions and repeatable by key; a report is written in the transaction that does its work, once by
its event id, so lost, doubled and reordered messages come out the same.
"""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import Q, QuerySet

from apps.core import locks, outbox
from apps.core.errors import GatewayError, LostRace, Refusal
from apps.inventory import operations as inventory
from apps.inventory.errors import StockPromised
from apps.inventory.models import Location, StockLevel
from apps.orders.addresses import address_of
from apps.orders.enums import ENDED_FULFILMENTS, TO_SHIP, PartnerOutcome
from apps.orders.fulfilment import operations as fulfilment
from apps.orders.fulfilment import rerouting
from apps.orders.fulfilment.errors import TooManyNamed
from apps.orders.fulfilment.making import STOP_PARTNER
from apps.orders.logistics.contract import PartnerOrder, Report
from apps.orders.logistics.gateway import Partner
from apps.orders.models import Fulfilment, FulfilmentLine, Order, PartnerNotice

logger = structlog.get_logger(__name__)

BY = "system:orders.logistics"
ACKNOWLEDGE_WITHIN = timedelta(hours=2)
"""So soon a partner says that it has an order; later a person is told."""
SEND_WITHIN = timedelta(minutes=15)
ASK_AFTER = timedelta(minutes=5)
"""An order that has been silent so long is asked about."""
MOST = 200


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What asking partners brought: orders asked, reports that were new, partners not reached."""

    asked: int
    new: int
    unreachable: int


@dataclass(frozen=True, slots=True)
class StockCompared:
    """
    SKUs whose count was taken over, and those it cannot be because more is promised: (SKU, theirs, ours).

    under_way: SKUs of orders the partner has in hand, which it may have sent without our knowing.
    """

    changed: tuple[tuple[str, int, int], ...]
    promised: tuple[tuple[str, int, int], ...]
    under_way: tuple[str, ...]
    unknown: tuple[str, ...]


def key_of(*, fulfilment_id: int) -> str:
    """The name of a fulfilment at a partner."""
    return f"F{fulfilment_id}"


def send(*, fulfilment_id: int, at: datetime) -> str:
    """
    Hand a fulfilment to the partner of its location; return the partner's reference, "" when there is nothing to send.

    Outside any transaction. `sent_at` is written before the call: from then on the partner may have the order, whatever
    it answers, so nobody changes its lines and whoever ends it asks the partner to stop. Once per fulfilment at the
    partner, by key. Raises TryAgain, Final.
    """
    row = Fulfilment.objects.select_related("order__shipping_address", "location").get(pk=fulfilment_id)
    if row.location is None or not row.location.partner or row.partner_reference or not _claim(row, at=at):
        return ""
    reference = Partner(system=row.location.partner).send(order=_order_of(row), at=at)
    with transaction.atomic():
        locked = _lock(row)
        Fulfilment.objects.filter(pk=row.pk).update(partner_reference=reference)
        if locked.state in ENDED_FULFILMENTS:
            outbox.publish(topic=STOP_PARTNER, key=str(row.pk), payload={"fulfilment_id": row.pk}, at=at)
    return reference


@transaction.atomic
def _claim(row: Fulfilment, *, at: datetime) -> bool:
    """Write that the partner may have the order, unless it ended; tell whether it is to be sent. Under its lock."""
    locked = _lock(row)
    if locked.state not in TO_SHIP:
        return False
    if locked.sent_at is None:
        Fulfilment.objects.filter(pk=row.pk).update(sent_at=at)
    return True


def stop(*, fulfilment_id: int, at: datetime) -> bool:
    """
    Ask the partner to stop a fulfilment that ended here; tell whether it did. Too late is kept for a person to see.

    Outside any transaction; safe to repeat. Raises TryAgain, Final.
    """
    row = Fulfilment.objects.select_related("location").get(pk=fulfilment_id)
    if row.location is None or row.sent_at is None:
        return True
    stopped = Partner(system=row.location.partner).cancel(key=key_of(fulfilment_id=row.pk), at=at)
    # Asked again after a slow sending arrived, the newest answer counts.
    PartnerNotice.objects.update_or_create(
        system=row.location.partner,
        event_id=f"stop-{row.pk}",
        defaults={
            "kind": "cancelled" if stopped else "shipped",
            "fulfilment": row,
            "outcome": PartnerOutcome.APPLIED if stopped else PartnerOutcome.TOO_LATE,
            "received_at": at,
        },
    )
    return stopped


@locks.retry_on_conflict()
@transaction.atomic
def take(*, system: str, report: Report, at: datetime) -> str:
    """
    Do what a report says, once by its event id; return the PartnerOutcome.

    Shipped lines that are not all become a parcel of their own. What cannot be true (units the parcel does not carry, a
    refusal of an operation) is kept as refused for a person, and changes nothing. Locks what the operations lock.
    Raises LostRace: somebody was quicker, it is to be said again.
    """
    row = _fulfilment(system=system, key=report.key)
    # Written first: the same report at the same moment waits here for this transaction, and is then a repetition.
    notice, is_new = PartnerNotice.objects.get_or_create(
        system=system,
        event_id=report.event_id,
        defaults={
            "kind": report.kind,
            "fulfilment": row,
            "body": asdict(report),
            "outcome": PartnerOutcome.UNKNOWN_ORDER,
            "received_at": at,
        },
    )
    if not is_new:
        return PartnerOutcome.REPEATED
    outcome: str = PartnerOutcome.UNKNOWN_ORDER
    if row is not None:
        try:
            # A savepoint: what an operation refuses half-way is undone, and the message is kept all the same.
            with transaction.atomic():
                outcome = _apply(row=row, report=report, at=at)
        except LostRace:
            raise  # somebody was quicker: the partner, or the next question, says it again
        except Refusal as refusal:
            logger.warning("partner_report_refused", fulfilment=row.pk, kind=report.kind, refusal=refusal.code)
            outcome = PartnerOutcome.REFUSED
    PartnerNotice.objects.filter(pk=notice.pk).update(outcome=outcome)
    return outcome


def follow_up(*, at: datetime) -> FollowUp:
    """
    Ask partners about every order that is with them and has been silent; do what their answers say.

    So a message that was lost is made up for. One partner that is away does not keep the others. Safe to repeat.
    """
    asked = new = unreachable = 0
    rows = silent(at=at).select_related("location").order_by("sent_at", "id")
    for row in rows[:MOST]:
        if row.location is None:
            continue
        partner = Partner(system=row.location.partner)
        try:
            reports = partner.reports(key=key_of(fulfilment_id=row.pk), at=at)
        except (GatewayError, Refusal) as error:
            logger.warning("partner_not_asked", fulfilment=row.pk, error=type(error).__name__)
            unreachable += 1
            continue
        asked += 1
        for report in reports:
            outcome = take(system=row.location.partner, report=report, at=at)
            new += outcome != PartnerOutcome.REPEATED
    return FollowUp(asked, new, unreachable)


def compare_stock(*, location_id: int, at: datetime) -> StockCompared:
    """
    Take over the partner's own count of its location, as counts in the ledger; return what differed.

    A count below what orders were promised is not taken over but named, and neither is one of goods that are under way:
    taken over before the report of their leaving, it would take them off twice. Raises TryAgain, Final.
    """
    location = Location.objects.get(pk=location_id)
    theirs = Partner(system=location.partner).stock(location=location.code, at=at)
    levels = {
        level.product.upc: level
        for level in StockLevel.objects.filter(location=location).select_related("product")
        if level.product.upc
    }
    in_hand = FulfilmentLine.objects.filter(fulfilment__location=location, fulfilment__state__in=TO_SHIP)
    under_way = set(in_hand.filter(fulfilment__sent_at__isnull=False).values_list("line__partner_sku", flat=True))
    changed, promised = [], []
    for sku, units in sorted(theirs.items()):
        level = levels.get(sku)
        if level is None or level.on_hand == units or sku in under_way:
            continue
        try:
            inventory.count_stock(
                counts={(level.product_id, location_id): units},
                reference=f"snapshot:{at:%Y-%m-%d}",
                reason=location.partner,
                at=at,
                by=BY,
            )
            changed.append((sku, units, level.on_hand))
        except StockPromised:
            promised.append((sku, units, level.on_hand))
    unknown = tuple(sorted(theirs.keys() - levels.keys()))
    return StockCompared(tuple(changed), tuple(promised), tuple(sorted(under_way & theirs.keys())), unknown)


def silent(*, at: datetime) -> QuerySet[Fulfilment]:
    """Return what is with a partner, not done, and was sent more than ASK_AFTER ago."""
    rows = Fulfilment.objects.filter(state__in=TO_SHIP, sent_at__lt=at - ASK_AFTER).exclude(partner_reference="")
    return rows.exclude(location__partner="")


def late(*, at: datetime) -> QuerySet[Fulfilment]:
    """Return what a partner should have by now and does not, or has not acknowledged: the alarm of DOM-15."""
    unsent = Q(partner_reference="", created_at__lt=at - SEND_WITHIN)
    unheard = Q(acknowledged_at__isnull=True, sent_at__lt=at - ACKNOWLEDGE_WITHIN)
    return Fulfilment.objects.filter(unsent | unheard, state__in=TO_SHIP).exclude(location__partner="")


def _order_of(row: Fulfilment) -> PartnerOrder:
    address = address_of(row.order.shipping_address)
    lines: dict[str, int] = {}
    for line in row.lines.select_related("line").order_by("line__position", "id"):
        lines[line.line.partner_sku] = lines.get(line.line.partner_sku, 0) + line.quantity
    return PartnerOrder(
        key=key_of(fulfilment_id=row.pk),
        order_number=row.order.number,
        location=row.location.code if row.location else "",
        lines=tuple(lines.items()),
        address={**address, "phone": row.order.phone} if address else {},
        delivery_code=row.order.shipping_code,
        due_on=row.due_at.date().isoformat(),
    )


def _fulfilment(*, system: str, key: str) -> Fulfilment | None:
    number = key.removeprefix("F")
    if not key.startswith("F") or not number.isascii() or not number.isdigit() or len(number) > 18:  # noqa: PLR2004 -- a row's number
        return None
    rows = Fulfilment.objects.select_related("order", "location")
    return rows.filter(pk=int(number), location__partner=system).first()


def _lock(row: Fulfilment) -> Fulfilment:
    locks.lock_row(queryset=Order.objects.filter(pk=row.order_id), rank=locks.Rank.ORDER)
    return locks.lock_row(queryset=Fulfilment.objects.filter(pk=row.pk), rank=locks.Rank.FULFILMENT)


def _apply(*, row: Fulfilment, report: Report, at: datetime) -> str:
    by = f"partner:{row.location.partner}" if row.location else BY
    if report.kind == "acknowledged":
        return _acknowledge(row, at=at)
    if report.kind == "cancelled":
        return PartnerOutcome.KNOWN if row.state in ENDED_FULFILMENTS else PartnerOutcome.REFUSED
    if row.state in ENDED_FULFILMENTS:
        return PartnerOutcome.TOO_LATE if report.kind == "shipped" else PartnerOutcome.KNOWN
    if row.state not in TO_SHIP:
        return PartnerOutcome.KNOWN
    units = _units(row, report)
    if report.kind == "rejected":
        rerouting.reject_within(
            fulfilment_id=row.pk, units=units, reason=report.reason, note=report.note, by=by, at=at, partner_says=True
        )
        return PartnerOutcome.APPLIED
    fulfilment.ship_within(
        fulfilment_id=row.pk, carrier=report.carrier, tracking_code=report.tracking_code, units=units, by=by, at=at
    )
    _acknowledge(row, at=at)
    return PartnerOutcome.APPLIED


def _acknowledge(row: Fulfilment, *, at: datetime) -> str:
    changed = Fulfilment.objects.filter(pk=row.pk, acknowledged_at__isnull=True).update(acknowledged_at=at)
    return PartnerOutcome.APPLIED if changed else PartnerOutcome.KNOWN


def _carried(row: Fulfilment) -> dict[int, int]:
    return dict(FulfilmentLine.objects.filter(fulfilment_id=row.pk).values_list("line_id", "quantity"))


def _units(row: Fulfilment, report: Report) -> dict[int, int]:
    """Units by line that a report means: of its SKUs, first line first; everything when it names none."""
    carried = _carried(row)
    if not report.lines:
        return carried
    skus = {line.line_id: line.line.partner_sku for line in row.lines.select_related("line").order_by("line__position")}
    found: dict[int, int] = {}
    for sku, count in report.lines:
        left = count
        for line_id, known in skus.items():
            part = min(left, carried[line_id]) if known == sku else 0
            if part:
                found[line_id] = part
                left -= part
        if left:
            raise TooManyNamed(name=sku, left=count - left)
    return found
