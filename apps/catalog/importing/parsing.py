"""Rows to drafts: group the rows of a product, check every cell, and name everything that is wrong with its place."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from apps.catalog.enums import WithdrawalException
from apps.catalog.importing import cells
from apps.catalog.importing.cells import BadCell
from apps.catalog.importing.drafts import Family, Item
from apps.catalog.importing.issues import ERROR, WARNING, Issue, shortened
from apps.catalog.importing.profiles import Profile

Row = tuple[int, Mapping[str, str]]
_GRAM = Decimal(1)
_TENTH = Decimal("0.1")


class Parser:
    """Reads the rows of one main file in order, then those of its translations."""

    def __init__(self, *, profile: Profile, file: str, currencies: frozenset[str], languages: frozenset[str]) -> None:
        self.profile = profile
        self.file = file
        self.currencies = currencies
        self.languages = languages
        self.families: dict[str, Family] = {}
        self.issues: list[Issue] = []
        self._skus: dict[str, tuple[Item, str, set[str]]] = {}
        self._parents: set[str] = set()
        self._masters: dict[str, str] = {}
        self._mastered: set[str] = set()
        self._bad_names: set[int] = set()
        self._told: set[str] = set()
        self._facts: list[tuple[str, str]] = []

    def prepare(self, *, rows: Iterable[Row]) -> None:
        """Find the products that have variants: what their own rows say is not sold itself."""
        columns = self.profile.columns
        group, sku, option = columns["group"], columns["sku"], columns["option1_value"]
        self._parents = {
            key
            for _line, raw in rows
            if raw.get(option) and (key := raw.get(group, "").strip()) and key != raw.get(sku, "").strip()
        }

    def add(self, *, line: int, raw: Mapping[str, str]) -> None:
        """Take one row of the main file."""
        sku = self._text(line, raw, "sku", limit=64)
        group = self._text(line, raw, "group", limit=64) or sku
        if not sku:
            self._issue("missing_value", line, "sku")
            return
        family = self.families.get(group)
        if family is None:
            family = self._family(line, raw, group, sku)
        options = self._options(line, raw)
        if sku not in self._skus and not options and group in self._parents and group not in self._mastered:
            self._master(line, raw, family, sku, group)
            return
        if sku not in self._skus:
            self._skus[sku] = (self._item(line, raw, family, sku, options), group, set())
        self._price(line, raw, self._skus[sku], group, sku)

    def finish(self) -> list[Family]:
        """Check what only the whole file can tell; return every product."""
        for family in self.families.values():
            if not family.name and family.line not in self._bad_names:
                self._issue("missing_value", family.line, "name")
            if family.variants and family.root.sku in self._skus:
                line = self._skus[family.root.sku][0].line
                self._issue("duplicate_sku", family.line, "group", family.root.sku, line=line)
            self._check_variants(family)
        return list(self.families.values())

    def add_text(self, *, file: str, line: int, raw: Mapping[str, str]) -> None:
        """Take one row of the translations."""
        columns = self.profile.texts_columns
        values: dict[str, str] = {}
        for name, column in columns.items():
            values[name] = self._clean(file, line, column, raw.get(column, ""), limit=255 if "name" in name else None)
        language = values.pop("language", "").lower()[:2]
        family = self.families.get(values.pop("group", ""))
        if family is None:
            self._raise(file, "product_unknown", line, columns["group"], raw.get(columns["group"], ""))
        elif language not in self.languages:
            if language in self._told:
                return
            self._told.add(language)
            known = ", ".join(sorted(self.languages))
            self._raise(file, "language_unknown", line, columns["language"], language, severity=WARNING, known=known)
        elif language in family.texts:
            first = next((at for code, at in family.text_lines if code == language), family.line)
            self._raise(file, "duplicate_text", line, columns["language"], language, line=first)
        else:
            family.texts[language] = values
            family.text_lines.append((language, line))

    def _family(self, line: int, raw: Mapping[str, str], group: str, sku: str) -> Family:
        # A product with variants goes by its own name: sources give such rows an SKU that nobody can order, or twice.
        family = Family(key=group, line=line, root=Item(sku=group if group in self._parents else sku, line=line))
        self.families[group] = family
        family.name = self._text(line, raw, "name", limit=255)
        if not family.name and raw.get(self.profile.columns["name"]):
            # The cell was refused for a reason of its own, which has been told.
            self._bad_names.add(line)
        family.kind = self._text(line, raw, "family", limit=60)
        path = self._text(line, raw, "category", limit=500)
        family.category = tuple(part for name in path.split(self.profile.category_separator) if (part := name.strip()))
        family.description = self._text(line, raw, "description")
        family.meta_title = self._text(line, raw, "meta_title", limit=255)
        family.meta_description = self._text(line, raw, "meta_description", limit=320)
        family.keywords = self._text(line, raw, "keywords", limit=2000)
        status = self._text(line, raw, "status", limit=20).lower()
        if status not in cells.STATUSES:
            self._issue("status_unknown", line, "status", status, known=", ".join(filter(None, cells.STATUSES)))
        family.status = cells.STATUSES.get(status, "") or self.profile.default_status
        family.withdrawal_exception = self._withdrawal_exception(line, raw)
        prefix = self.profile.attribute_prefix
        if not self._facts:
            self._facts = [(column, column.removeprefix(prefix)) for column in raw if column.startswith(prefix)]
        for column, code in self._facts:
            if raw[column]:
                value = self._clean(self.file, line, column, raw[column], limit=255)
                if value:
                    family.facts[code] = value
        return family

    def _withdrawal_exception(self, line: int, raw: Mapping[str, str]) -> str | None:
        """Why a product cannot be given back; None where the file does not speak of it."""
        if self.profile.columns.get("withdrawal_exception") not in raw:
            return None
        said = self._text(line, raw, "withdrawal_exception", limit=40).lower()
        if said and said not in WithdrawalException.values:
            known = ", ".join(WithdrawalException.values)
            self._issue("withdrawal_exception_unknown", line, "withdrawal_exception", said, known=known)
        return said

    def _master(self, line: int, raw: Mapping[str, str], family: Family, sku: str, group: str) -> None:
        """Take the row of a product that has variants: it brings a picture, no price and no stock."""
        if sku in self._masters:
            self._issue("parent_sku_twice", line, "sku", sku, severity=WARNING, taken=family.root.sku)
        self._masters.setdefault(sku, family.root.sku)
        self._mastered.add(group)
        family.root.lines.append(line)
        family.root.picture = self._parsed(line, raw, "picture", cells.picture_name, severity=WARNING) or ""
        self._parsed(line, raw, "price", lambda value: cells.price_minor(value, currency=self.profile.default_currency))

    def _item(
        self, line: int, raw: Mapping[str, str], family: Family, sku: str, options: tuple[tuple[str, str], ...]
    ) -> Item:
        if options and family.key in self._parents:
            item = Item(sku=sku, line=line, options=options, position=len(family.variants))
            family.variants.append(item)
        elif sku == family.root.sku and family.key not in self._parents:
            item = family.root
            item.options = options
        else:
            self._issue("option_missing", line, "option1_value")
            item = Item(sku=sku, line=line)
        item.stock = self._parsed(line, raw, "stock", cells.units)
        item.gtin = self._text(line, raw, "gtin", limit=14)
        item.weight_g = self._weight(line, raw)
        item.size_cm = self._size(line, raw)
        item.picture = self._parsed(line, raw, "picture", cells.picture_name, severity=WARNING) or ""
        return item

    def _options(self, line: int, raw: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
        found = []
        for number in ("option1", "option2"):
            name = self._text(line, raw, f"{number}_name", limit=128)
            value = self._text(line, raw, f"{number}_value", limit=255)
            if name and value:
                found.append((name, value))
        return tuple(found)

    def _price(self, line: int, raw: Mapping[str, str], held: tuple[Item, str, set[str]], group: str, sku: str) -> None:
        item, owner, given = held
        currency = self._text(line, raw, "currency", limit=10).upper() or self.profile.default_currency
        if currency in given or owner != group:
            self._issue("duplicate_sku", line, "sku", sku, line=item.line)
            return
        given.add(currency)
        item.lines.append(line)
        taken = self.profile.currencies.get(currency)
        if taken is None:
            self._issue("currency_unknown", line, "currency", currency, known=", ".join(self.profile.currencies))
            return
        if taken != currency and currency not in self._told:
            self._told.add(currency)
            self._issue("currency_as_given", line, "currency", currency, severity=WARNING, taken=taken)
        minor = self._parsed(line, raw, "price", lambda value: cells.price_minor(value, currency=taken))
        if minor:
            item.prices[taken] = minor
        former = raw.get(self.profile.columns.get("compare_at", ""), "")
        if former not in {"", "0", "0.00"} and "compare_at" not in self._told:
            self._told.add("compare_at")
            self._issue("compare_at_ignored", line, "compare_at", former, severity=WARNING)

    def _weight(self, line: int, raw: Mapping[str, str]) -> int | None:
        unit = self._text(line, raw, "weight_unit", limit=10) or self.profile.weight_unit
        grams = self._parsed(
            line, raw, "weight", lambda value: cells.measure(value, unit=unit, table=cells.GRAMS, places=_GRAM)
        )
        return None if grams is None else int(grams)

    def _size(self, line: int, raw: Mapping[str, str]) -> tuple[str, str, str] | None:
        unit = self._text(line, raw, "dimensions_unit", limit=10) or "cm"
        sides = [
            self._parsed(
                line, raw, side, lambda value: cells.measure(value, unit=unit, table=cells.CENTIMETRES, places=_TENTH)
            )
            for side in ("width", "depth", "height")
        ]
        return None if None in sides else (str(sides[0]), str(sides[1]), str(sides[2]))

    def _check_variants(self, family: Family) -> None:
        seen: dict[tuple[tuple[str, str], ...], int] = {}
        for item in family.variants:
            if item.options in seen:
                self._issue("option_twice", item.line, "option1_value", item.options[0][1], line=seen[item.options])
            seen[item.options] = item.line
        for item in family.sellable:
            if not set(item.prices) & self.currencies:
                self._issue("price_missing", item.line, "price", severity=WARNING)

    def _text(self, line: int, raw: Mapping[str, str], name: str, limit: int | None = None) -> str:
        column = self.profile.columns.get(name, "")
        value = raw.get(column, "")
        return self._clean(self.file, line, column, value, limit=limit) if value else ""

    def _clean(self, file: str, line: int, column: str, value: str, *, limit: int | None) -> str:
        try:
            clean = cells.text(value)
        except BadCell as bad:
            self._raise(file, bad.code, line, column, value, **bad.params)
            return ""
        if limit is not None and len(clean) > limit:
            self._raise(file, "cell_too_long", line, column, value, found=len(clean), limit=limit)
            return ""
        return clean

    def _parsed(
        self, line: int, raw: Mapping[str, str], name: str, read: Callable[[str], Any], severity: str = ERROR
    ) -> Any:  # noqa: ANN401 -- whatever `read` returns
        value = raw.get(self.profile.columns.get(name, ""), "")
        if not value.strip():
            return None
        try:
            return read(value)
        except BadCell as bad:
            self._issue(bad.code, line, name, value, severity=severity, **bad.params)
            return None

    def _issue(
        self, code: str, row: int, name: str, value: str = "", *, severity: str = ERROR, **params: object
    ) -> None:
        self._raise(self.file, code, row, self.profile.columns.get(name, name), value, severity=severity, **params)

    def _raise(
        self, file: str, code: str, row: int, column: str, value: str, *, severity: str = ERROR, **params: object
    ) -> None:
        self.issues.append(Issue(code, file, row, column, shortened(value), severity, params))


def rows_of(*, headers: Sequence[str], rows: Sequence[tuple[int, list[str]]]) -> list[Row]:
    """Return rows as mappings by header."""
    return [(line, dict(zip(headers, values, strict=True))) for line, values in rows]
