"""What is said between the shop and a logistics partner. Foreign input: checked field by field, then believed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.core.errors import Refusal
from apps.orders.enums import RejectReason

MOST_LINES = 500
LONGEST = 80
KINDS = frozenset({"acknowledged", "shipped", "rejected", "cancelled"})


class NotUnderstood(Refusal):
    """A partner's message is not what the contract says. Parameters: why."""

    code = "logistics.not_understood"
    message = _("The message of the logistics partner cannot be understood: %(why)s.")


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerOrder:
    """What a partner is to send. key: ours, the same in every attempt. lines: (SKU, units)."""

    key: str
    order_number: str
    location: str
    lines: tuple[tuple[str, int], ...]
    address: Mapping[str, str]
    delivery_code: str
    due_on: str

    def as_dict(self) -> dict[str, Any]:
        """JSON values."""
        return {
            "key": self.key,
            "order_number": self.order_number,
            "location": self.location,
            "lines": [{"sku": sku, "units": units} for sku, units in self.lines],
            "address": dict(self.address),
            "delivery": self.delivery_code,
            "due_on": self.due_on,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """
    Something that happened at a partner. lines: (SKU, units); empty means everything that is left.

    kind: acknowledged, shipped (with carrier and tracking_code), rejected (with reason), cancelled.
    """

    event_id: str
    kind: str
    key: str
    lines: tuple[tuple[str, int], ...] = ()
    carrier: str = ""
    tracking_code: str = ""
    reason: str = ""
    note: str = ""


def read_report(said: object) -> Report:
    """Read a report. Raises NotUnderstood naming the field."""
    if not isinstance(said, dict):
        raise NotUnderstood(why="not an object")
    kind = _text(said, "kind")
    if kind not in KINDS:
        raise NotUnderstood(why=f"kind {kind!r}")
    report = Report(
        event_id=_text(said, "event_id"),
        kind=kind,
        key=_text(said, "key"),
        lines=read_lines(said.get("lines", [])),
        carrier=_text(said, "carrier", needed=kind == "shipped"),
        tracking_code=_text(said, "tracking_code", needed=kind == "shipped"),
        reason=_text(said, "reason", needed=kind == "rejected"),
        note=_text(said, "note", needed=False),
    )
    if kind == "rejected" and report.reason not in RejectReason.values:
        raise NotUnderstood(why=f"reason {report.reason!r}")
    return report


def read_lines(said: object, *, count: str = "units", lowest: int = 1) -> tuple[tuple[str, int], ...]:
    """Read (SKU, units) pairs, each SKU once. Raises NotUnderstood."""
    if not isinstance(said, list) or len(said) > MOST_LINES:
        raise NotUnderstood(why="lines")
    found: dict[str, int] = {}
    for line in said:
        units = line.get(count) if isinstance(line, dict) else None
        if not isinstance(units, int) or isinstance(units, bool) or not lowest <= units <= 1_000_000:  # noqa: PLR2004 -- as the ledger's
            raise NotUnderstood(why=count)
        sku = _text(line, "sku")
        if sku in found:
            raise NotUnderstood(why=f"sku {sku!r} twice")
        found[sku] = units
    return tuple(found.items())


def _text(said: Mapping[str, Any], name: str, *, needed: bool = True) -> str:
    value = said.get(name, "")
    if not isinstance(value, str) or len(value) > LONGEST or "\x00" in value or (needed and not value.strip()):
        raise NotUnderstood(why=name)
    return value.strip()
