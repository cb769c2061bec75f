"""Do a change to an order, in the caller's transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from apps.core import locks
from apps.inventory import operations as inventory
from apps.markets.queries import market_by_code
from apps.orders import delivery, transitions
from apps.orders.edits import queries
from apps.orders.edits.errors import (
    AddressTooLate,
    CollectedInStore,
    EverythingTakenOut,
    NotChangeable,
    OtherCountry,
    TooFewOpen,
)
from apps.orders.enums import (
    EXCHANGE,
    OPEN_FULFILMENTS,
    FollowUpKind,
    FulfilmentState,
    OrderState,
    RefundState,
    ReturnState,
)
from apps.orders.follow_ups import settle
from apps.orders.follow_ups.place import Added, Prepared, place, prepare
from apps.orders.fulfilment.errors import ChangedMeanwhile
from apps.orders.fulfilment.promise import keep_promise
from apps.orders.fulfilment.units import by_product
from apps.orders.models import (  # type: ignore[attr-defined] # Oscar's address, through its star import
    FollowUp,
    Fulfilment,
    FulfilmentLine,
    Line,
    Order,
    Payment,
    Refund,
    Return,
    ShippingAddress,
)
from apps.orders.placement.data import Address
from apps.orders.returns.queries import BOUGHT, leaves_nothing
from apps.orders.returns.unsent import finish, given_up_before, pay_back_unsent

CHANGEABLE = frozenset({OrderState.CONFIRMED, OrderState.IN_FULFILMENT})


@dataclass(frozen=True, slots=True)
class Part:
    """What a change takes out of one fulfilment: units by order line."""

    row: Fulfilment
    lines: tuple[FulfilmentLine, ...]
    units: Mapping[int, int]

    @property
    def products(self) -> dict[int, int]:
        """Units by product."""
        return by_product(lines=self.lines, units=self.units)

    @property
    def is_whole(self) -> bool:
        """Whether nothing is left of the fulfilment."""
        return all(self.units.get(line.line_id, 0) == line.quantity for line in self.lines)


@dataclass(frozen=True, slots=True)
class Applied:
    """What a change did. netted_minor: what of the goods taken out pays for those added."""

    order: Order
    given_back: Return | None
    locations: tuple[str, ...]
    added: Order | None = None
    prepared: Prepared | None = None
    netted_minor: int = 0

    def facts(self) -> dict[str, Any]:
        """
        What somebody decides on: money that goes back or is let go, where goods are free, what is added and what of it
        is still to be paid. Minor units.
        """
        refund: Refund | None = getattr(self.given_back, "refund", None) if self.given_back else None
        tenders = refund.tenders.filter(into__isnull=True).order_by("id") if refund else []
        added: dict[str, Any] = {}
        if self.prepared is not None:
            total = self.prepared.total.minor
            added = {
                "added": self.prepared.facts(),
                "added_minor": total,
                "netted_minor": self.netted_minor,
                "to_pay_minor": total - self.netted_minor,
            }
        return added | {
            "refund_minor": refund.amount_minor if refund else 0,
            "tax_minor": refund.tax_minor if refund else 0,
            "delivery_minor": refund.delivery_minor if refund else 0,
            "tenders": [[row.payment_id, row.amount_minor, row.is_release] for row in tenders],
            "locations": list(self.locations),
        }


def apply_change(
    *,
    order_id: int,
    units: Mapping[int, int],
    address: Address | None,
    reason: str,
    by: str,
    at: datetime,
    adds: Sequence[Added] = (),
) -> Applied:
    """
    Take units (line id → units) out of an order, send the rest to an address, place an order of what is added. In a
    transaction that holds no lock.

    What is taken out pays for what is added. Raises what `operations.confirm` names.
    """
    order = _with_all(order_id).get()
    changes_goods = bool(units) or address is not None
    parts = _parts(order=order, units=units) if changes_goods else []
    with_delivery = bool(units) and leaves_nothing(order=order, units=units)
    prepared = prepare(parent=order, wanted=adds, with_delivery=with_delivery, at=at) if adds else None
    _free(order=order, parts=parts, prepared=prepared, reason=reason, by=by, at=at)
    added = _add(prepared, address=address, is_swap=bool(units), reason=reason, by=by, at=at)
    if parts:
        inventory.free_days(reference=f"order:{order.number}")
    order = locks.lock_row(queryset=_with_all(order_id), rank=locks.Rank.ORDER)
    if order.state not in (CHANGEABLE if changes_goods else BOUGHT):
        raise NotChangeable(number=order.number)
    payments = locks.lock_rows(queryset=Payment.objects.filter(order_id=order_id), rank=locks.Rank.PAYMENT)
    locked = locks.lock_rows(queryset=Fulfilment.objects.filter(order_id=order_id), rank=locks.Rank.FULFILMENT)
    _check_same(order=order, parts=parts, locked=locked)
    if address is not None:
        _send_to(order=order, address=address, locked=locked)
    for part in parts:
        _shrink(part=part, reason=reason, by=by, at=at)
    if added is None:
        _check_something_stays(order=order, locked=locked)
    made, netted = None, 0
    if units:
        made = pay_back_unsent(
            order=order, units=dict(sorted(units.items())), payments=payments, reason=reason, by=by, at=at, topic=""
        )
        keep_promise(order=order, at=at)
        finish(order=order, by=by, at=at)
    if added is not None and prepared is not None:
        netted = _pay(added, made=made, method=prepared.method, by=by, at=at)
    places = tuple(sorted(part.row.location.code for part in parts if part.row.location))
    return Applied(order, made, places, added, prepared, netted)


def _with_all(order_id: int) -> QuerySet[Order]:
    rows: QuerySet[Order] = Order.objects.filter(pk=order_id)
    return rows.select_related("market", "collect_at", "shipping_address", "billing_address")


def _add(
    prepared: Prepared | None, *, address: Address | None, is_swap: bool, reason: str, by: str, at: datetime
) -> Order | None:
    """Place the order of what is added; one that is swapped for what is taken out waits for that."""
    if prepared is None:
        return None
    return place(
        prepared=prepared,
        kind=FollowUpKind.EXCHANGE if is_swap else FollowUpKind.ADDITION,
        address=address,
        method=EXCHANGE if is_swap else prepared.method,
        expires_at=at + settle.PAY_WITHIN,
        reason=reason,
        by=by,
        at=at,
    )


def _pay(added: Order, *, made: Return | None, method: str, by: str, at: datetime) -> int:
    """Let what was taken out pay for what was added, as far as it goes; return how much of it did, in minor units."""
    if made is None:
        return 0
    FollowUp.objects.filter(order=added).update(given_back=made)
    refund: Refund | None = getattr(made, "refund", None)
    moved = settle.pay_with(
        order=added, payments=list(added.payments.order_by("id")), refund=refund, method=method, by=by, at=at
    )
    if made.state == ReturnState.REFUND_DUE and refund is not None and refund.state == RefundState.SENT:
        transitions.move_return(return_id=made.pk, to=ReturnState.REFUNDED, by=by, at=at, locked=made)
    return moved


def _parts(*, order: Order, units: Mapping[int, int]) -> list[Part]:
    """Share the units out over the fulfilments nobody has begun with. Raises NotChangeable, TooFewOpen."""
    rows = list(queries.changeable(order_id=order.pk).select_related("location").prefetch_related("lines__line"))
    if not rows:
        raise NotChangeable(number=order.number)
    left = dict(units)
    parts = []
    for row in rows:
        lines = tuple(row.lines.all())
        takes = {line.line_id: min(left.get(line.line_id, 0), line.quantity) for line in lines}
        takes = {line_id: count for line_id, count in takes.items() if count > 0}
        for line_id, count in takes.items():
            left[line_id] -= count
        if takes:
            parts.append(Part(row, lines, takes))
    short = next((line_id for line_id, count in left.items() if count), None)
    if short is not None:
        line = Line.objects.filter(order_id=order.pk, pk=short).first()
        if line is None or units[short] < 0:
            raise NotChangeable(number=order.number)
        raise TooFewOpen(name=line.title, left=units[short] - left[short])
    return parts


def _free(
    *, order: Order, parts: Sequence[Part], prepared: Prepared | None, reason: str, by: str, at: datetime
) -> None:
    """
    Give the goods back to the places that held them. Raises ChangedMeanwhile when they did not.

    Everything that is given back or promised next is locked at once, in order.
    """
    touched = {product for part in parts for product in part.products}
    if prepared is not None:
        touched |= {each.product_id for each in prepared.basket.wanted}
    if touched:
        inventory.lock_products(product_ids=sorted(touched))
    if not parts:
        return
    reference = f"order:{order.number}"
    for part in parts:
        if part.row.location_id is None:
            continue
        given = inventory.release(
            reference=reference,
            location_id=part.row.location_id,
            units=part.products,
            reason=reason[:200],
            keeps_days=True,
            at=at,
            by=by,
        )
        if sum(each.quantity for each in given) != sum(part.products.values()):
            raise ChangedMeanwhile(number=order.number)


def _check_same(*, order: Order, parts: Sequence[Part], locked: Sequence[Fulfilment]) -> None:
    """Refuse when somebody began with a fulfilment, or it carries something else, since it was read without a lock."""
    now = {row.pk: row for row in locked}
    for part in parts:
        row = now[part.row.pk]
        carried = dict(FulfilmentLine.objects.filter(fulfilment=row).values_list("line_id", "quantity"))
        if (row.state, row.sent_at, row.location_id) != (part.row.state, None, part.row.location_id) or carried != {
            line.line_id: line.quantity for line in part.lines
        }:
            raise ChangedMeanwhile(number=order.number)


def _shrink(*, part: Part, reason: str, by: str, at: datetime) -> None:
    if part.is_whole:
        transitions.move_fulfilment(
            fulfilment_id=part.row.pk, to=FulfilmentState.CANCELLED, by=by, at=at, reason=reason[:200]
        )
        return
    for line in part.lines:
        count = part.units.get(line.line_id, 0)
        if count == line.quantity:
            line.delete()
        elif count:
            line.quantity -= count
            line.save(update_fields=["quantity"])


def _check_something_stays(*, order: Order, locked: Sequence[Fulfilment]) -> None:
    """An order of which nothing left and nothing stays is cancelled instead, with all it takes."""
    left = any(row.shipped_at for row in locked)
    stays = Fulfilment.objects.filter(order_id=order.pk, state__in=OPEN_FULFILMENTS).exists()
    if not left and not stays and not given_up_before(order.pk):
        raise EverythingTakenOut(number=order.number)


def _send_to(*, order: Order, address: Address, locked: Sequence[Fulfilment]) -> None:
    """Write the new address beside the old one, which the history keeps."""
    if order.collect_at_id is not None:
        raise CollectedInStore(number=order.number)
    begun = [row for row in locked if row.state in OPEN_FULFILMENTS and row.state not in queries.STILL_OURS]
    if begun or any(row.sent_at for row in locked if row.state in OPEN_FULFILMENTS):
        raise AddressTooLate(number=order.number)
    old = order.shipping_address
    if old is None or address.country != old.country_id:
        raise OtherCountry
    market = market_by_code(code=order.market.code)
    delivery.check_reaches(market=market, code=order.shipping_code, postcode=address.postcode)
    values = asdict(address)
    order.shipping_address = ShippingAddress.objects.create(
        first_name=values["first_name"],
        last_name=values["last_name"],
        line1=values["line1"],
        line2=values["line2"],
        line3=values["company"],
        line4=values["city"],
        state=values["region"],
        postcode=values["postcode"],
        country_id=values["country"],
        phone_number=old.phone_number,
        notes=old.notes,
    )
    order.save(update_fields=["shipping_address"])
