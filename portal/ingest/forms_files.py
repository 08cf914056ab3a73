"""From posts of the file pages to choices of the readers: sheet, header, columns, layer, CRS; and the dictionary."""

from __future__ import annotations

import re
from dataclasses import replace
from uuid import UUID

from geo.layers.types import LayerChoice, LayerInspection
from geo.tables.types import BadCells, ColumnChoice, ColumnGuess, ColumnType, ReadChoice, TableReport
from portal.accounts.forms import parse
from portal.contract.metadata import ColumnEntry
from portal.ingest.forms import Form
from portal.kernel.errors import Invalid
from portal.kernel.texts import gettext as _

#: Columns shown at a time: a table of 2,000 columns must not make a form of 10,000 fields.
COLUMNS_A_PAGE = 25
#: Rows that one field may name; more are a mistake of typing.
MOST_ROWS = 100_000
DELIMITERS = {"koma": ",", "titik-koma": ";", "tab": "\t", "garis": "|"}
ENCODINGS = ("utf-8", "utf-8-sig", "cp1252", "latin-1", "utf-16")


def read_choice(form: Form, report: TableReport, stored: ReadChoice | None = None) -> ReadChoice:
    """The report as it stands, with what the form changes. Another sheet is guessed anew. Raises Invalid."""
    base = stored or report.to_choice()
    sheet = form.get("sheet", report.sheet)
    if sheet != report.sheet and any(item.name == sheet for item in report.sheets):
        return ReadChoice(sheet=sheet, encoding=base.encoding, delimiter=base.delimiter, quote=base.quote)
    encoding, delimiter = form.get("encoding", "") or base.encoding, base.delimiter
    if report.delimiter is not None:
        delimiter = DELIMITERS.get(form.get("delimiter", ""), base.delimiter)
    if (encoding, delimiter) != (base.encoding, base.delimiter):
        return ReadChoice(sheet=base.sheet, encoding=encoding, delimiter=delimiter, quote=base.quote)
    return _laid_out(form, report, base)


def _laid_out(form: Form, report: TableReport, base: ReadChoice) -> ReadChoice:
    layout = report.layout
    header = _rows(form, "header_rows", layout.header_rows)
    first = _one(form, "first_row", layout.first_row)
    last = _one(form, "last_row", layout.last_row)
    skip = _rows(form, "skip_rows", layout.skip_rows)
    if last < first:
        raise _fault("last_row", _("Baris terakhir mendahului baris pertama."))
    moved = (header, first) != (layout.header_rows, layout.first_row)
    guesses = {column.position: column for column in report.columns}
    columns = () if moved else tuple(_column(form, choice, guesses.get(choice.position)) for choice in base.columns)
    return replace(base, header_rows=header, first_row=first, last_row=last, skip_rows=skip, columns=columns)


def _column(form: Form, choice: ColumnChoice, guess: ColumnGuess | None) -> ColumnChoice:
    """What the form says of a column; the choice about misfits decides whether a nearly numeric one stays text."""
    at = choice.position
    if f"k{at}.ada" not in form:
        return choice
    kind, bad = form.get(f"k{at}.type", ""), form.get(f"k{at}.bad", "")
    changed = replace(
        choice,
        name=form.get(f"k{at}.name", "").strip() or choice.name,
        label=form.get(f"k{at}.label", "").strip()[:500] or choice.label,
        type=ColumnType(kind) if kind in set(ColumnType) else choice.type,
        bad_cells=BadCells(bad) if bad in set(BadCells) else choice.bad_cells,
        fill_down=f"k{at}.fill" in form,
        drop=f"k{at}.drop" in form,
    )
    if guess is not None and guess.near_type and changed.type is ColumnType.TEXT and bad:
        text = changed.bad_cells is BadCells.AS_TEXT
        return replace(changed, type=ColumnType.TEXT if text else guess.near_type)
    same = changed.type is choice.type
    return changed if same else replace(changed, decimal=None, date_order=None)


def _rows(form: Form, name: str, before: tuple[int, ...]) -> tuple[int, ...]:
    """`4`, `4-5`, `120, 121-125`; an empty field means none."""
    if name not in form:
        return before
    found: list[int] = []
    for part in re.split(r"[\s,;]+", form[name].strip()):
        match = re.fullmatch(r"(\d{1,9})(?:[-–](\d{1,9}))?", part)
        if part and (match is None or int(match[1]) < 1):
            raise _fault(name, _("Tulis nomor baris, misalnya 4 atau 4-5."))
        if match is not None:
            end = int(match[2] or match[1])
            if end - int(match[1]) > MOST_ROWS or len(found) > MOST_ROWS:
                raise _fault(name, _("Terlalu banyak baris disebut."))
            found += range(int(match[1]), end + 1)
    return tuple(sorted(set(found)))


def _one(form: Form, name: str, before: int) -> int:
    text = form.get(name, str(before)).strip()
    if not re.fullmatch(r"\d{1,9}", text) or int(text) < 1:
        raise _fault(name, _("Isi dengan satu nomor baris."))
    return int(text)


def layer_choice(form: Form, inspection: LayerInspection) -> LayerChoice:
    """Layer, encoding, CRS, axes, repair, code column. Raises Invalid for a number that is no EPSG code's form."""
    srid = form.get("srid_lain", "").strip() or form.get("srid", "").strip()
    srid = re.sub(r"(?i)^epsg\s*:?\s*", "", srid)
    if srid and not re.fullmatch(r"\d{4,6}", srid):
        raise _fault("srid", _("Tulis kode EPSG empat sampai enam angka, misalnya 32749."))
    encodings = {item.encoding for item in inspection.encodings}
    encoding = form.get("encoding", "")
    column = form.get("code_column", "")
    return LayerChoice(
        layer=form.get("layer", "") or inspection.layer or None,
        encoding=encoding if encoding in encodings else None,
        srid=int(srid) if srid else None,
        swap_axes="swap_axes" in form,
        repair=form.get("repair", "") == "1",
        code_column=column if any(field.title == column for field in inspection.fields) else None,
    )


def moved(order: list[UUID], wanted: UUID | None, step: int) -> list[UUID]:
    """`order` with one file moved by `step` places; as it was at the ends. Raises Invalid for a file not in it."""
    if wanted is None or wanted not in order:
        raise _fault("berkas", _("Berkas itu tidak ada dalam dataset ini."))
    at = order.index(wanted)
    rest = [item for item in order if item != wanted]
    place = min(max(at + step, 0), len(rest))
    return [*rest[:place], wanted, *rest[place:]]


def dictionary(form: Form, columns: tuple[ColumnEntry, ...]) -> tuple[ColumnEntry, ...]:
    """The column dictionary with the rows that the form shows. Raises Invalid."""
    return tuple(_entry(form, number, entry) for number, entry in enumerate(columns))


def _entry(form: Form, number: int, entry: ColumnEntry) -> ColumnEntry:
    if f"d{number}.ada" not in form:
        return entry
    texts = {name: form.get(f"d{number}.{name}", "") for name in ("label", "unit", "concept", "definition", "measure")}
    values = entry.model_dump() | texts
    values["codelist"] = form.get(f"d{number}.codelist", "")
    values["personal"] = f"d{number}.personal" in form
    values["public"] = f"d{number}.closed" not in form
    return parse(ColumnEntry, values)


def _fault(name: str, message: str) -> Invalid:
    return Invalid(message, fields={name: (message,)}, rule="pilihan")
