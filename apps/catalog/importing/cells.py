"""Read single cells: text that is no formula, amounts, counts, weights, units. What is wrong is said by its code."""

import re
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from apps.core.money import minor_digits

MOST_UNITS = 10_000_000
MOST_MINOR = 10**11
GRAMS = {"g": Decimal(1), "kg": Decimal(1000), "lb": Decimal("453.59237"), "oz": Decimal("28.349523125")}
CENTIMETRES = {"cm": Decimal(1), "mm": Decimal("0.1"), "m": Decimal(100), "in": Decimal("2.54"), "ft": Decimal("30.48")}
STATUSES = {"active": "active", "draft": "draft", "archived": "archived", "": ""}
UNITS = (
    "W",
    "kW",
    "V",
    "L",
    "ml",
    "cl",
    "kg",
    "g",
    "cm",
    "mm",
    "m",
    "m²",
    "dB",
    "Hz",
    "bar",
    "min",
    "h",
    "°C",
    "Pa",
    "mAh",
)
_SAME_UNIT = {"minutes": "min", "minute": "min", "l": "L", "hours": "h", "w": "W"}
_PLAIN = re.compile(r"[+-]?\d{1,12}(\.\d{1,8})?", re.ASCII)
_MEASURE = re.compile(r"(\d{1,9}(?:\.\d{1,4})?)\s?([^\W\d]+[²³]?|°C)")
_SIGNED_NUMBER = re.compile(r"[+-]?[\d.,\s%]+")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]")


class BadCell(ValueError):  # noqa: N818 -- names what was found
    """A cell that cannot be taken: the code of the issue and what its sentence needs."""

    def __init__(self, code: str, **params: object) -> None:
        self.code = code
        self.params: dict[str, Any] = params
        super().__init__(code)


def text(value: str) -> str:
    """Return a text without surrounding space. Raises BadCell for what a spreadsheet would run or nobody can see."""
    if value.startswith(_FORMULA_STARTS) and not _SIGNED_NUMBER.fullmatch(value):
        raise BadCell("formula")
    clean = value.strip()
    if clean.startswith(("=", "@")):
        raise BadCell("formula")
    if not clean.isprintable() and _CONTROL.search(clean):
        raise BadCell("control_character")
    return clean


def number(value: str) -> Decimal:
    """Return a plain decimal number; no separators, no exponents."""
    if not _PLAIN.fullmatch(value):
        raise InvalidOperation
    return Decimal(value)


def price_minor(value: str, *, currency: str) -> int:
    """Return an amount in minor units of a currency. Raises BadCell: no number, negative, too precise."""
    try:
        amount = number(value.strip())
    except InvalidOperation as error:
        raise BadCell("price_not_a_number") from error
    if amount < 0:
        raise BadCell("price_negative")
    minor = amount.scaleb(minor_digits(currency))
    if minor != minor.to_integral_value():
        raise BadCell("price_too_precise", currency=currency)
    if minor > MOST_MINOR:
        raise BadCell("price_not_a_number")
    return int(minor)


def units(value: str) -> int:
    """Return a count of goods. Raises BadCell."""
    clean = value.strip()
    if not clean.isascii() or not clean.isdigit() or len(clean) > len(str(MOST_UNITS)) or int(clean) > MOST_UNITS:
        raise BadCell("stock_invalid", limit=MOST_UNITS)
    return int(clean)


def measure(value: str, *, unit: str, table: dict[str, Decimal], places: Decimal) -> Decimal:
    """Return a length or weight in the table's base unit, half up to `places`. Raises BadCell."""
    if unit not in table:
        raise BadCell("unit_unknown", known=", ".join(table))
    try:
        found = number(value.strip())
    except InvalidOperation as error:
        raise BadCell("number_invalid", limit=MOST_UNITS) from error
    made = (found * table[unit]).quantize(places, rounding=ROUND_HALF_UP)
    if not 0 <= made <= MOST_UNITS:
        raise BadCell("number_invalid", limit=MOST_UNITS)
    return made


def split_measure(value: str) -> tuple[float, str] | None:
    """Return number and unit of a text such as "1400W" or "1.5 L"; None when it is not just that."""
    match = _MEASURE.fullmatch(value)
    if match is None:
        return None
    unit = _SAME_UNIT.get(match[2], match[2])
    return (float(match[1]), unit) if unit in UNITS else None


def picture_name(value: str) -> str:
    """Return the file name at the end of an address or path. Raises BadCell for what could lead out of the folder."""
    clean = value.strip().split("?", 1)[0].split("#", 1)[0]
    parts = clean.split("://", 1)[-1].split("/")
    name = parts[-1]
    if not name or len(name) > 200 or ".." in parts or "\\" in clean or name.startswith(".") or "%" in name:  # noqa: PLR2004 -- a file name
        raise BadCell("picture_name")
    return name
