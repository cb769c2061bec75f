"""
Documents on paper: PDF/A-3 files drawn from plain data. The same data is the same bytes.

PDF/A (ISO 19005-3) because they are kept for ten years: fonts inside, nothing fetched, no script.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import font_roboto
from fpdf import FPDF
from fpdf.enums import TableBordersLayout, XPos, YPos
from fpdf.fonts import FontFace

MARGIN_MM = 18
WIDTH_MM = 210 - 2 * MARGIN_MM
TEXT_PT, SMALL_PT, TITLE_PT = 9, 7.5, 17
LINE_MM = 4.6
BAR_MM = 0.7
_CHANGED = re.compile(rb'(xmp:(?:ModifyDate|MetadataDate)=")[0-9T:+-]{25}"')
INK, PALE = (35, 31, 28), (110, 103, 96)
_FONTS = Path(font_roboto.__file__).parent / "files"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its heading, its share of the width, and whether figures stand in it."""

    heading: str
    share: int
    is_figure: bool = False


class _Page(FPDF):
    """A4 with the sender's line and the page's number at the foot."""

    def __init__(self, *, foot: Sequence[str], identity: str) -> None:
        super().__init__(format="A4", enforce_compliance="PDF/A-3U")
        self._foot = [clean(line) for line in foot if line]
        self._identity = identity

    def footer(self) -> None:
        """Write the foot; called by the library at the end of each page."""
        self.set_font("text", size=SMALL_PT)
        self.set_text_color(*PALE)
        self.set_y(-8 - 3.6 * (len(self._foot) + 1))
        for line in self._foot:
            self.cell(w=0, h=3.6, text=line, align="C", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.cell(w=0, h=3.6, text=f"{self.page_no()} / {{nb}}", align="C")
        self.set_text_color(*INK)

    def file_id(self) -> str:
        """Name the file by what it is, not by when it was made."""
        return f"<{self._identity}> <{self._identity}>"


class Sheet:
    """
    One document from top to bottom. Amounts and dates come in as the reader reads them.

    Letters of Latin, Greek and Cyrillic scripts are drawn; others appear as the typeface's empty box.
    """

    def __init__(self, *, title: str, language: str, at: datetime, foot: Sequence[str] = ()) -> None:
        """at: when the document says it was made, with its time zone."""
        self._at = at.astimezone(UTC).isoformat(timespec="seconds").encode()
        self._pdf = _Page(foot=foot, identity=hashlib.sha256(title.encode()).hexdigest()[:32].upper())
        self._pdf.set_lang(language)
        self._pdf.set_title(clean(title))
        self._pdf.set_creation_date(at)
        self._pdf.add_font("text", "", _FONTS / "Roboto-Regular.ttf")
        self._pdf.add_font("text", "B", _FONTS / "Roboto-Bold.ttf")
        self._pdf.set_margin(MARGIN_MM)
        self._pdf.set_auto_page_break(auto=True, margin=16 + 3.6 * len(foot))
        self.new_page()

    def new_page(self) -> None:
        """Go on at the top of a fresh page."""
        self._pdf.add_page()
        self._pdf.set_text_color(*INK)
        self._pdf.set_font("text", size=TEXT_PT)

    def title(self, text: str, *, under: str = "") -> None:
        """Write what the document is, and a line under it."""
        self._write(text, size=TITLE_PT, is_bold=True, height=8)
        if under:
            self._write(under, size=TEXT_PT, color=PALE)
        self.space()

    def heading(self, text: str) -> None:
        """Write the heading of a section."""
        self._write(text, size=TEXT_PT + 1, is_bold=True, height=6)

    def text(self, text: str, *, is_small: bool = False) -> None:
        """Write a paragraph."""
        self._write(text, size=SMALL_PT if is_small else TEXT_PT, color=PALE if is_small else INK)

    def space(self, millimetres: float = 4) -> None:
        """Leave room."""
        self._pdf.ln(millimetres)

    def blocks(self, *blocks: tuple[str, Sequence[str]]) -> None:
        """Write headed blocks of lines beside each other."""
        top, width, deepest = self._pdf.get_y(), WIDTH_MM / len(blocks), 0.0
        for index, (heading, lines) in enumerate(blocks):
            self._pdf.set_xy(MARGIN_MM + index * width, top)
            self._write(heading, size=SMALL_PT, color=PALE, width=width, indent=index * width)
            for line in lines:
                self._write(line, size=TEXT_PT, width=width, indent=index * width)
            deepest = max(deepest, self._pdf.get_y())
        self._pdf.set_xy(MARGIN_MM, deepest)
        self.space()

    def table(self, columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> None:
        """Write rows under headings that are repeated on each page."""
        self._pdf.set_font("text", size=TEXT_PT)
        self._pdf.set_draw_color(*PALE)
        with self._pdf.table(
            col_widths=tuple(column.share for column in columns),
            text_align=tuple("RIGHT" if column.is_figure else "LEFT" for column in columns),
            borders_layout=TableBordersLayout.HORIZONTAL_LINES,
            headings_style=FontFace(emphasis="BOLD", size_pt=SMALL_PT),
            line_height=LINE_MM,
            padding=(0.9, 1),
            v_align="TOP",
            width=WIDTH_MM,
        ) as table:
            table.row([clean(column.heading) for column in columns])
            for row in rows:
                table.row([clean(cell) for cell in row])
        self.space()

    def barcode(self, text: str) -> None:
        """Draw a text as Code 39 (ISO/IEC 16388): capitals, digits and a few signs, so that a counter can scan it."""
        self._pdf.code39(f"*{text}*", x=self._pdf.get_x(), y=self._pdf.get_y(), w=BAR_MM, h=12)
        self._pdf.set_y(self._pdf.get_y() + 14)

    def sums(self, rows: Sequence[tuple[str, str]]) -> None:
        """Write sums at the right, the last one large."""
        for index, (label, amount) in enumerate(rows):
            is_last = index == len(rows) - 1
            self._pdf.set_font("text", "B" if is_last else "", TEXT_PT + 2 * is_last)
            height = LINE_MM + 1.6 * is_last
            self._pdf.cell(w=WIDTH_MM - 40, h=height, text=clean(label), align="R")
            self._pdf.cell(w=40, h=height, text=clean(amount), align="R", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.space()

    def content(self) -> bytes:
        """Return the file."""
        # The library dates the last change by its own clock; a document that is never changed has none. The text stays
        # as long as it was, so the file's table of offsets stays true.
        return _CHANGED.sub(rb"\g<1>" + self._at + b'"', bytes(self._pdf.output()))

    def _write(
        self,
        text: str,
        *,
        size: float,
        is_bold: bool = False,
        color: tuple[int, int, int] = INK,
        height: float = LINE_MM,
        width: float = WIDTH_MM,
        indent: float = 0,
    ) -> None:
        self._pdf.set_font("text", "B" if is_bold else "", size)
        self._pdf.set_text_color(*color)
        self._pdf.set_x(MARGIN_MM + indent)
        self._pdf.multi_cell(w=width, h=height, text=clean(text), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self._pdf.set_text_color(*INK)


def clean(text: str) -> str:
    """Return a text as the typeface can draw it: narrow spaces it lacks become spaces that do not break either."""
    return text.replace("\u202f", "\u00a0").replace("\u2009", "\u00a0").replace("\x00", "")
