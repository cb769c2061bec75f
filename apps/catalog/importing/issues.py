"""What can be wrong with a file, a row or a cell: a stable code, the reason and a hint, in the reader's language."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

LONGEST_VALUE = 80

ERROR = "error"
WARNING = "warning"

TEXTS: dict[str, tuple[str | Promise, str | Promise]] = {
    "file_missing": (_("The file is missing."), _("Put it beside the others, under this name.")),
    "file_too_large": (_("The file has %(found)s; at most %(limit)s are read."), _("Split it.")),
    "not_a_table": (_("This is not a text file."), _("Archives and spreadsheets are not read; export as CSV.")),
    "empty_file": (_("The file has no rows."), _("Export it again.")),
    "wrong_encoding": (
        _("The file is not UTF-8: byte %(byte)s at position %(offset)s."),
        _("Save it as “CSV UTF-8”; it looks like %(guess)s."),
    ),
    "nul_byte": (_("The row contains a NUL character."), _("Export the file again.")),
    "truncated": (_("The file ends in the middle of a row."), _("It was cut off on its way; copy or export it again.")),
    "bad_quoting": (_("The quotes of this row do not match."), _("Inside a quoted cell, write a quote twice.")),
    "row_length": (
        _("The row has %(found)s cells, the header has %(expected)s."),
        _("Quote cells that hold a separator."),
    ),
    "duplicate_header": (_("Two columns have this name."), _("Rename or remove one.")),
    "column_missing": (_("This column is missing."), _("Add it, or choose another profile.")),
    "column_unknown": (_("This column is not known; its cells were left out."), _("Rename it if it matters.")),
    "profile_unknown": (_("The columns fit no profile."), _("Known profiles: %(profiles)s.")),
    "too_many_rows": (_("The file has more than %(limit)s rows."), _("Split it.")),
    "cell_too_long": (_("The cell has %(found)s characters; at most %(limit)s are taken."), _("Shorten it.")),
    "formula": (_("The cell begins like a formula."), _("Begin it with a letter or a digit.")),
    "control_character": (_("The cell contains an invisible control character."), _("Remove it.")),
    "missing_value": (_("A value is needed here."), _("Fill the cell.")),
    "duplicate_sku": (_("This SKU is already on line %(line)s."), _("Give every article its own SKU.")),
    "parent_sku_twice": (
        _("Another product with variants has this SKU; neither is sold itself, so it goes by %(taken)s."),
        _("Nothing to do: the variants keep their SKUs."),
    ),
    "sku_of_other": (_("This SKU belongs to another kind of product."), _("Rename one of them.")),
    "price_not_a_number": (_("This is not a price."), _("Write 1234.56: a point for decimals, no separators.")),
    "price_negative": (_("A price cannot be negative."), _("Correct it.")),
    "price_too_precise": (_("The price has more decimals than %(currency)s."), _("Round it.")),
    "price_missing": (_("No price in a currency of the chosen markets."), _("Add a row or choose other markets.")),
    "currency_unknown": (_("This currency is not sold in."), _("Known: %(known)s.")),
    "currency_as_given": (_("Amounts in this currency are taken as %(taken)s, as given."), _("Nothing is converted.")),
    "compare_at_ignored": (
        _("Former prices of files are not shown: the shop shows only prices it has asked itself."),
        _("Use a promotional price list for reductions."),
    ),
    "number_invalid": (_("This is not a number from 0 to %(limit)s."), _("Write digits and a point.")),
    "stock_invalid": (_("This is not a number of units from 0 to %(limit)s."), _("Write a whole number.")),
    "unit_unknown": (_("This unit is not known."), _("Known: %(known)s.")),
    "status_unknown": (_("This status is not known."), _("Known: %(known)s.")),
    "withdrawal_exception_unknown": (
        _("This exception from the right to withdraw is not known."),
        _("Known: %(known)s."),
    ),
    "attribute_not_a_number": (_("This attribute holds numbers in %(unit)s."), _("Write a number with this unit.")),
    "picture_missing": (_("This picture is not in the folder of pictures."), _("Add it and import again.")),
    "picture_refused": (_("This picture cannot be used: %(reason)s"), _("Export it again and import again.")),
    "picture_name": (_("This is not the name of a picture."), _("Use a plain file name, without folders above.")),
    "product_unknown": (_("No product of the main file has this name."), _("Check the spelling.")),
    "language_unknown": (_("This language is not sold in."), _("Known: %(known)s.")),
    "duplicate_text": (_("This product has already a text in this language, on line %(line)s."), _("Remove one.")),
    "option_missing": (_("A variant needs a value for what tells it apart."), _("Fill the option columns.")),
    "option_twice": (_("Another variant has the same options, on line %(line)s."), _("Change one of them.")),
    "stock_refused": (_("The stock was refused: %(reason)s"), _("Choose a stock location.")),
}


@dataclass(frozen=True, slots=True)
class Issue:
    """One thing wrong at one place; line 0 and an empty column speak of the whole file."""

    code: str
    file: str
    line: int = 0
    column: str = ""
    value: str = ""
    severity: str = ERROR
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def reason(self) -> str:
        """Why, in the language that is active."""
        return str(TEXTS[self.code][0]) % self.params

    @property
    def hint(self) -> str:
        """What to do, in the language that is active."""
        return str(TEXTS[self.code][1]) % self.params


def shortened(value: str) -> str:
    """Return a cell short enough to show, without characters that would break a line."""
    clean = "".join(mark if mark.isprintable() else "�" for mark in value[: LONGEST_VALUE + 1])
    return clean if len(value) <= LONGEST_VALUE else clean[: LONGEST_VALUE - 1] + "…"
