"""What is asked of a batch of rows before it enters a live table (I5a): shape, schema, codes, personal numbers.

Types are PostgreSQL's to check (`portal.tables.writing`). Every refusal names the first row that does not hold.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date
from operator import itemgetter
from typing import Any

from geo.findings import Severity
from portal.contract.metadata import ColumnEntry
from portal.ingest.checks import REGION_CODES, code_fault
from portal.kernel.errors import Invalid, RowInvalid
from portal.kernel.texts import gettext as _
from portal.quality.personal import hits
from portal.tables import types
from portal.tables.questions import ID
from portal.tables.writing import Method, Record, RowFault

MOST_RECORDS = 250_000
#: What must stand in a column of texts before any cell of it is looked at: a long number, whole or as a float.
_LONG = re.compile(r"[0-9](?:[ .\-]?[0-9]){14}|[eE][+]?1[5-7]|[0-9]{15,18}[.,]0")
#: The same seen quicker, with every figure a nought and without what may stand between them; may see too much.
_FOLDED = bytes.maketrans(b"123456789E", b"000000000e")
_SIGNS = (b"0" * 15, b"e00")


def as_records(records: Any) -> list[dict[str, Any]]:
    """The batch as a list of objects. Raises Invalid or RowInvalid on `records`."""
    if not records:
        return []
    if not isinstance(records, list):
        raise _refused(_("Records harus berupa daftar objek"))
    if len(records) > MOST_RECORDS:
        raise _refused(_("Terlalu banyak baris dalam satu panggilan; paling banyak %(n)s", n=MOST_RECORDS))
    if set(map(type, records)) == {dict}:
        return records
    for number, record in enumerate(records):
        if not isinstance(record, dict):
            raise _refused(_('Baris "%(row)s" bukan objek JSON', row=number + 1))
    return records


def by_column(records: Sequence[Record]) -> dict[str, Sequence[Any]]:
    """Values of a batch by column, in the order of its rows; None where a row leaves the column out.

    A whole column is then looked at by C, which is what makes batches of thousands of rows cheap.
    """
    if not records:
        return {}
    if set(map(len, records)) == {len(records[0])}:
        with suppress(KeyError):  # as a rule all rows have the same columns
            return {name: list(map(itemgetter(name), records)) for name in records[0]}
    every = dict.fromkeys(name for record in records for name in record)
    return {name: [record.get(name) for record in records] for name in every}


def fitted(records: Sequence[dict[str, Any]], columns: Sequence[ColumnEntry], *, by_id: bool) -> list[dict[str, Any]]:
    """The batch with empty texts of other types made nothing, as CKAN does; columns that there are not refused.

    `by_id`: rows may name their `_id`. Raises RowInvalid.
    """
    given = by_column(records)
    _only_known(records, set(given), {column.name for column in columns} | ({ID} if by_id else set()), by_id=by_id)
    found = list(records)
    for column in columns:
        values = given.get(column.name)
        if values is None:
            continue
        kinds, kind = set(map(type, values)), types.of(column)
        if kind.textual:
            _only_texts(values, kinds, column.name)
            continue
        empty = str in kinds and "" in values
        whole = float in kinds and kind.sql in {"integer", "bigint"}
        if empty or whole:
            _refit(found, column.name, whole=whole)
    return found


def _only_known(records: Sequence[Record], given: set[str], known: set[str], *, by_id: bool) -> None:
    unknown = given - known
    if not unknown:
        return
    number = next(place for place, record in enumerate(records) if unknown & set(record))
    names = ", ".join(sorted(unknown & set(records[number])))[:200]
    message = _('Baris "%(row)s" memuat kolom yang tidak ada: "%(names)s"', row=number + 1, names=names)
    raise Invalid(message, fields={("fields" if by_id else "records"): (message,)}, rule="baris_salah")


def _refit(found: list[dict[str, Any]], name: str, *, whole: bool) -> None:
    """Empty texts of one column made nothing; numbers of programs that know no whole ones, 3.0, made 3."""
    for number, record in enumerate(found):
        value = record.get(name)
        if value == "":
            found[number] = {**record, name: None}
        elif whole and type(value) is float and value.is_integer() and abs(value) < 2**53:
            found[number] = {**record, name: int(value)}


def _only_texts(values: Sequence[Any], kinds: set[type], name: str) -> None:
    if not kinds & {dict, list}:
        return
    number = next(place for place, value in enumerate(values) if type(value) in (dict, list))
    message = _("Baris %(row)s kolom %(column)s: daftar dan objek bukan teks.", row=number + 1, column=name)
    raise RowInvalid(message, number, rule="tabel.nilai")


def require_keys(records: Sequence[Record], key: Sequence[str], method: Method) -> None:
    """Rows of an upsert or update name their key or `_id`. Raises Invalid as CKAN does (`table`, `key`)."""
    if method == "insert":
        return
    for record in records:
        if ID in record:
            continue
        if not key:
            message = _("Kunci unik harus ada untuk upsert/update")
            raise Invalid(message, fields={"table": (message,)}, rule="baris_salah")
        missing = [name for name in key if name not in record]
        if missing:
            names = ", ".join(missing)
            message = _('Kolom "%(names)s" tidak ada padahal diperlukan sebagai kunci', names=names)
            raise Invalid(message, fields={"key": (message,)}, rule="baris_salah")


def require_publishable(records: Sequence[Record], columns: Sequence[ColumnEntry], on: date | None) -> None:
    """V9 and V3 for rows that anyone sees at once: no resident or civil-servant number, no code that is not in force.

    `on` is the day for which codes must be valid. Raises RowInvalid, the number itself masked.
    """
    given = by_column(records)
    for column in columns:
        values, kind = given.get(column.name), types.of(column)
        if values is None:
            continue
        if kind.sql in {"text", "jsonb", "text[]", "bigint", "numeric", "double precision"}:
            _no_personal(values, column.name)
        if column.codelist == REGION_CODES and kind.textual:
            _codes(values, column.name, on)


def _no_personal(values: Sequence[Any], name: str) -> None:
    if not _any_long(values):
        return
    texts = [value if type(value) is str else str(value) for value in values if value is not None]
    # one look at the whole column: a line end breaks a number, so none is made of two cells
    text = "\n".join(texts)
    folded = text.encode("utf-8", "surrogatepass").translate(_FOLDED, b" .-+")
    if not any(sign in folded for sign in _SIGNS) or not _LONG.search(text):
        return
    for number, value in enumerate(values):
        if not _may_be_long(value):
            continue
        hit = next(hits(value if isinstance(value, str) else str(value)), None)
        if hit is not None:
            message = _(
                "Baris %(row)s kolom %(column)s memuat %(kind)s (%(masked)s): hapus atau samarkan.",
                row=number + 1,
                column=name,
                kind=hit.kind.upper(),
                masked=hit.masked,
            )
            raise RowInvalid(message, number, rule=f"V9.{hit.kind}")


def _any_long(values: Sequence[Any]) -> bool:
    """Whether any value may be long enough; a column of one kind of value, as most are, is asked as a whole."""
    kinds = set(map(type, values)) - {type(None), bool}
    if kinds == {str}:
        return max(map(len, filter(None, values)), default=0) >= 15
    if kinds <= {int, float}:
        return max(filter(None, values), default=0) >= 10**15
    return True


def _may_be_long(value: Any) -> bool:
    if type(value) is str:
        return len(value) >= 15
    if type(value) is int:
        return value >= 10**15
    return type(value) in (list, dict) or (type(value) is float and value >= 1e15)


def _codes(values: Sequence[Any], name: str, on: date | None) -> None:
    for value in dict.fromkeys(values):
        fault = code_fault(value, on) if isinstance(value, str) else None
        if fault is not None and fault.severity is Severity.GALAT:
            number = values.index(value)
            message = _(
                "Baris %(row)s kolom %(column)s: %(why)s", row=number + 1, column=name, why=_filled(fault, value)
            )
            raise RowInvalid(message, number, rule=fault.rule)


def _filled(fault: Any, value: str) -> str:
    return f"{fault.message} ({value[:20]})"


def told(fault: RowFault, columns: Mapping[str, ColumnEntry]) -> Invalid:
    """A row that PostgreSQL could not take, with its number and column."""
    place, value = fault.row + 1, str(fault.value)[:80]
    if fault.kind == "unique":
        message = _("Baris %(row)s: kunci (%(column)s) sudah dipakai baris lain.", row=place, column=fault.column)
        return RowInvalid(message, fault.row, rule="baris_kembar")
    if fault.kind == "key":
        message = _('Baris %(row)s: kunci "%(value)s" tidak ditemukan.', row=place, value=value)
        return Invalid(message, fields={"key": (message,)}, rule="baris_tidak_ada")
    entry = columns.get(fault.column)
    message = _(
        "Baris %(row)s kolom %(column)s: “%(value)s” bukan %(type)s.",
        row=place,
        column=fault.column or "?",
        value=value,
        type=types.ckan_name(entry) if entry else "?",
    )
    return RowInvalid(message, fault.row, rule="tabel.nilai")


def _refused(message: str) -> Invalid:
    return Invalid(message, fields={"records": (message,)}, rule="baris_salah")
