"""Writers of sample tables in the shapes that offices really send: tidy, semicolons, printed books."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from xml.sax.saxutils import escape, quoteattr

import xlsxwriter

from portal.cli.demo.figures import Cell, Figures

#: Written into every file instead of the clock, so that the same plan gives the same bytes.
FIXED_TIME = datetime(2026, 1, 15, 9, 0)  # noqa: DTZ001 - file properties carry no zone
_ZIP_TIME = (2026, 1, 15, 9, 0, 0)
_ODS = "application/vnd.oasis.opendocument.spreadsheet"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table with the words around it. `caption` stands above the header, `notes` below the rows."""

    caption: tuple[str, ...]
    figures: Figures
    notes: tuple[str, ...]

    @property
    def labels(self) -> tuple[str, ...]:
        """One label for each column."""
        return (
            *(lead.label for lead in self.figures.leads),
            *(column.label for column in self.figures.columns),
        )

    @property
    def tops(self) -> tuple[str, ...]:
        """Upper labels of a two-row header; empty where a column has none."""
        return (*("" for _ in self.figures.leads), *(column.top for column in self.figures.columns))

    @property
    def digits(self) -> tuple[int, ...]:
        """Decimals of each column."""
        return (*(0 for _ in self.figures.leads), *(column.digits for column in self.figures.columns))


def indonesian(value: float, digits: int) -> str:
    """A number as Indonesian offices write it: `1.234,5`."""
    return f"{value:,.{digits}f}".translate(str.maketrans(",.", ".,"))


def as_csv(sheet: Sheet) -> bytes:
    """UTF-8, commas, decimal points; header in row 1."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(sheet.labels)
    for row in sheet.figures.rows:
        writer.writerow(_plain(row, sheet.digits))
    return stream.getvalue().encode()


def _plain(row: Sequence[Cell], digits: Sequence[int]) -> list[str]:
    return [
        f"{cell:.{places}f}" if isinstance(cell, float) else str(cell) for cell, places in zip(row, digits, strict=True)
    ]


def as_indonesian_csv(sheet: Sheet) -> bytes:
    """UTF-8 with a byte-order mark, semicolons, `1.234,5`; as a spreadsheet set to Indonesian saves."""
    leads = len(sheet.figures.leads)
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=";", lineterminator="\r\n")
    writer.writerow(sheet.labels)
    for row in sheet.figures.rows:
        measured = zip(row[leads:], sheet.digits[leads:], strict=True)
        writer.writerow([*row[:leads], *(indonesian(float(value), places) for value, places in measured)])
    return b"\xef\xbb\xbf" + stream.getvalue().encode()


def as_xlsx(sheet: Sheet) -> bytes:
    """Sheet "Data": title rows, header in row 3, rows, notes; sheet "Keterangan": what the columns mean."""
    stream, book, page, styles = _workbook("Data")
    for number, line in enumerate(sheet.caption[:1]):
        page.write_string(number, 0, line, styles["title"])
    for column, label in enumerate(sheet.labels):
        page.write_string(2, column, label, styles["header"])
    end = _write_rows(page, 3, sheet, styles, book)
    for offset, line in enumerate(sheet.notes):
        page.write_string(end + 1 + offset, 0, line)
    page.set_column(0, len(sheet.labels) - 1, 16)
    explained = book.add_worksheet("Keterangan")
    for column, label in enumerate(("Kolom", "Satuan", "Definisi")):
        explained.write_string(0, column, label, styles["header"])
    for row, spec in enumerate(sheet.figures.columns, start=1):
        explained.write_string(row, 0, spec.label)
        explained.write_string(row, 1, spec.unit)
        explained.write_string(row, 2, spec.definition)
    book.close()
    return stream.getvalue()


def as_printed_book(sheet: Sheet) -> bytes:
    """A page of a printed yearbook: two title rows, a merged two-row header (rows 4–5), totals, notes."""
    stream, book, page, styles = _workbook("Tabel")
    for number, line in enumerate(sheet.caption[:2]):
        page.merge_range(number, 0, number, len(sheet.labels) - 1, line, styles["title"])
    for column in range(len(sheet.figures.leads)):
        page.merge_range(3, column, 4, column, sheet.labels[column], styles["header"])
    for first, last, top in _spans(sheet.tops):
        if first == last:
            page.write_string(3, first, top, styles["header"])
        else:
            page.merge_range(3, first, 3, last, top, styles["header"])
    for column in range(len(sheet.figures.leads), len(sheet.labels)):
        page.write_string(4, column, sheet.labels[column], styles["header"])
    end = _write_rows(page, 5, sheet, styles, book)
    page.write_string(end, 1, "Jumlah", styles["header"])
    leads = len(sheet.figures.leads)
    for offset, value in enumerate(sheet.figures.totals):
        page.write_number(end, leads + offset, float(value), styles["header"])
    for offset, line in enumerate(sheet.notes):
        page.write_string(end + 2 + offset, 0, line)
    page.set_column(0, len(sheet.labels) - 1, 14)
    book.close()
    return stream.getvalue()


def _workbook(name: str) -> tuple[io.BytesIO, xlsxwriter.Workbook, xlsxwriter.worksheet.Worksheet, dict[str, object]]:
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    book.set_properties({"created": FIXED_TIME, "author": "Data contoh"})
    styles: dict[str, object] = {
        "title": book.add_format({"bold": True, "font_size": 13}),
        "header": book.add_format({"bold": True, "border": 1, "text_wrap": True, "align": "center"}),
    }
    return stream, book, book.add_worksheet(name), styles


def _write_rows(page: object, start: int, sheet: Sheet, styles: dict[str, object], book: xlsxwriter.Workbook) -> int:
    formats = [book.add_format({"num_format": "0." + "0" * places if places else "0"}) for places in sheet.digits]
    for row, cells in enumerate(sheet.figures.rows, start=start):
        for column, cell in enumerate(cells):
            if isinstance(cell, str):
                page.write_string(row, column, cell)  # type: ignore[attr-defined]
            else:
                page.write_number(row, column, cell, formats[column])  # type: ignore[attr-defined]
    return start + len(sheet.figures.rows)


def _spans(tops: Sequence[str]) -> list[tuple[int, int, str]]:
    """Runs of equal upper labels: first column, last column, label."""
    spans: list[tuple[int, int, str]] = []
    for column, top in enumerate(tops):
        if not top:
            continue
        if spans and spans[-1][2] == top and spans[-1][1] == column - 1:
            spans[-1] = (spans[-1][0], column, top)
        else:
            spans.append((column, column, top))
    return spans


def as_ods(sheet: Sheet) -> bytes:
    """OpenDocument with one sheet "Data": a title in row 1, the header in row 3, notes below."""
    lines: list[Sequence[Cell]] = [sheet.caption[:1], (), sheet.labels, *sheet.figures.rows, ()]
    lines.extend((note,) for note in sheet.notes)
    rows = "".join(
        "<table:table-row>" + "".join(_ods_cell(cell) for cell in line or ("",)) + "</table:table-row>"
        for line in lines
    )
    content = (
        '<?xml version="1.0" encoding="UTF-8"?><office:document-content'
        ' xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
        ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
        ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.3"><office:body>'
        f'<office:spreadsheet><table:table table:name="Data">{rows}</table:table></office:spreadsheet>'
        "</office:body></office:document-content>"
    )
    manifest = (
        '<?xml version="1.0" encoding="UTF-8"?><manifest:manifest'
        ' xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.3">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type={quoteattr(_ODS)}/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
    )
    return archive(
        {"mimetype": _ODS.encode(), "content.xml": content.encode(), "META-INF/manifest.xml": manifest.encode()}
    )


def _ods_cell(cell: Cell) -> str:
    if isinstance(cell, str):
        if not cell:
            return "<table:table-cell/>"
        return f'<table:table-cell office:value-type="string"><text:p>{escape(cell)}</text:p></table:table-cell>'
    return (
        f'<table:table-cell office:value-type="float" office:value="{cell}"><text:p>{cell}</text:p></table:table-cell>'
    )


def archive(members: dict[str, bytes]) -> bytes:
    """A ZIP with fixed times. The first member is stored uncompressed if it is `mimetype` (ODF asks for that)."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as target:
        for name, data in members.items():
            info = zipfile.ZipInfo(name, _ZIP_TIME)
            info.compress_type = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            target.writestr(info, data)
    return stream.getvalue()
