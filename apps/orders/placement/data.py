"""What a checkout hands in and what it gets back."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """How to reach the shopper. Already validated by the form."""

    email: str
    phone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where goods or bills go. `country`: ISO 3166, two capitals. Already validated by the form."""

    first_name: str
    last_name: str
    line1: str
    city: str
    country: str
    postcode: str = ""
    line2: str = ""
    company: str = ""
    region: str = ""

    def as_dict(self) -> dict[str, Any]:
        """JSON values."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedOrder:
    """
    The answer of a placement. `replayed`: an earlier request with the same key placed it.

    payment_id: what is to be paid now; None when nothing is, then the order is confirmed already.
    """

    number: str
    token: str
    payment_id: int | None
    order_id: int
    replayed: bool
