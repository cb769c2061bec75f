"""An order's lines as its shopper chose them: a kit is one, whatever it is made of."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from apps.core.money import Money, from_minor
from apps.orders.models import Line, OrderKit


@dataclass(frozen=True, slots=True)
class Chosen:
    """A line the shopper chose: a product, or a kit with the lines of its components."""

    lines: tuple[Line, ...]
    kit: OrderKit | None = None

    @property
    def title(self) -> str:
        """Its name."""
        return str(self.kit.title if self.kit else self.lines[0].title)

    @property
    def sku(self) -> str:
        """Its SKU."""
        return str(self.kit.sku if self.kit else self.lines[0].partner_sku)

    @property
    def quantity(self) -> int:
        """Units of it."""
        return int(self.kit.quantity if self.kit else self.lines[0].quantity)

    @property
    def url_path(self) -> str:
        """Its page at the time."""
        return str(self.kit.url_path if self.kit else self.lines[0].url_path)

    @property
    def picture(self) -> Mapping[str, Any]:
        """Its picture at the time."""
        return dict(self.kit.picture if self.kit else self.lines[0].picture)

    @property
    def contents(self) -> tuple[str, ...]:
        """What a kit is made of, as in "2 × Lid"; nothing for what is no kit."""
        if self.kit is None:
            return ()
        return tuple(f"{line.quantity} × {line.price_trace.get('name') or line.title}" for line in self.lines)

    def total(self, *, name: str) -> Decimal:
        """The sum of an amount of its lines, by the field's name."""
        return sum((getattr(line, name) for line in self.lines), Decimal(0))

    def unit(self, *, gross: bool, currency: str) -> Money:
        """What one of it cost before discounts; of a kit whose price is no whole cent on this side of tax, less it."""
        side = "incl" if gross else "excl"
        if self.kit is None:
            return Money(getattr(self.lines[0], f"unit_price_{side}_tax") or Decimal(0), currency)
        whole = Money(self.total(name=f"line_price_before_discounts_{side}_tax"), currency)
        return from_minor(whole.minor // self.quantity, currency)


def chosen(*, lines: Iterable[Line]) -> tuple[Chosen, ...]:
    """Return lines as they were chosen, in their order. Their kits are to be loaded with them."""
    found: list[Chosen] = []
    for line in lines:
        if line.kit is not None and found and found[-1].kit == line.kit:
            found[-1] = Chosen((*found[-1].lines, line), line.kit)
        else:
            found.append(Chosen((line,), line.kit))
    return tuple(found)
