"""Read a table strictly: what cannot be understood is named with its place, nothing is guessed or repaired."""

import csv
import io
from dataclasses import dataclass, field

from apps.catalog.importing.issues import WARNING, Issue, shortened

MAX_BYTES = 256 * 1024 * 1024
MAX_ROWS = 200_000
MAX_CELL = 32_768
DELIMITERS = ",;\t"
_ARCHIVES = (b"PK\x03\x04", b"\x1f\x8b", b"%PDF", b"\xd0\xcf\x11\xe0", b"7z\xbc\xaf", b"Rar!")
_BOM = "\ufeff"


@dataclass(slots=True)
class Table:
    """A file's header and its rows as (line, cells); with issues of severity error it must not be used."""

    file: str
    headers: list[str] = field(default_factory=list)
    rows: list[tuple[int, list[str]]] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)

    def refuse(self, code: str, *, line: int = 0, column: str = "", value: str = "", **params: object) -> None:
        """Note an error."""
        self.issues.append(Issue(code, self.file, line, column, shortened(value), params=params))


def read_table(*, data: bytes, file: str) -> Table:
    """Decode and split a file. Never raises on any bytes: everything wrong is an issue with its line and column."""
    table = Table(file)
    text = _decode(table, data)
    if text is None:
        return table
    delimiter = _delimiter(text)
    # A program's own limit instead of the library's, which names neither row nor column.
    csv.field_size_limit(MAX_BYTES)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    begins = 1
    try:
        for cells in reader:
            if not table.headers:
                table.headers = [cell.strip() for cell in cells]
            elif any(cells):
                _take(table, begins, cells)
            begins = reader.line_num + 1
            if len(table.rows) > MAX_ROWS:
                table.refuse("too_many_rows", line=begins, limit=MAX_ROWS)
                break
    except csv.Error as error:
        code = "truncated" if "unexpected end of data" in str(error) else "bad_quoting"
        table.refuse(code, line=begins)
    _check_shape(table, text)
    return table


def _decode(table: Table, data: bytes) -> str | None:
    if len(data) > MAX_BYTES:
        table.refuse("file_too_large", found=f"> {MAX_BYTES >> 20} MiB", limit=f"{MAX_BYTES >> 20} MiB")
        return None
    if data.startswith(_ARCHIVES):
        table.refuse("not_a_table")
        return None
    try:
        text = data.decode("utf-8").removeprefix(_BOM)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        utf_16 = data.startswith((b"\xff\xfe", b"\xfe\xff"))
        table.refuse(
            "wrong_encoding",
            line=line,
            byte=f"0x{data[error.start]:02X}",
            offset=error.start,
            guess="UTF-16" if utf_16 else "Windows-1252",
        )
        return None
    if "\0" in text:
        table.refuse("nul_byte", line=text.count("\n", 0, text.index("\0")) + 1)
        return None
    return text


def _delimiter(text: str) -> str:
    header = text.split("\n", 1)[0]
    return max(DELIMITERS, key=header.count)


def _take(table: Table, line: int, cells: list[str]) -> None:
    if len(cells) != len(table.headers):
        table.refuse("row_length", line=line, found=len(cells), expected=len(table.headers))
        return
    if sum(map(len, cells)) > MAX_CELL:
        for header, cell in zip(table.headers, cells, strict=True):
            if len(cell) > MAX_CELL:
                table.refuse("cell_too_long", line=line, column=header, value=cell, found=len(cell), limit=MAX_CELL)
                return
    table.rows.append((line, cells))


def _check_shape(table: Table, text: str) -> None:
    seen: set[str] = set()
    for header in table.headers:
        if header and header in seen:
            table.refuse("duplicate_header", line=1, column=header)
        seen.add(header)
    last = table.issues[-1] if table.issues else None
    is_cut = last is not None and last.code == "row_length" and last.params["found"] < last.params["expected"]
    if last is not None and is_cut and not text.endswith(("\n", "\r")):
        # Only the last row is short and no line end follows: the rest of the file is missing.
        table.issues[-1] = Issue("truncated", table.file, last.line)
    if not table.rows and not table.issues:
        table.refuse("empty_file")


def unknown_columns(*, table: Table, known: set[str], prefix: str) -> list[Issue]:
    """Return a warning for each column nobody reads."""
    return [
        Issue("column_unknown", table.file, 1, header, severity=WARNING)
        for header in table.headers
        if header not in known and not (prefix and header.startswith(prefix))
    ]
