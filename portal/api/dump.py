"""`/datastore/dump/<id>`: a whole table, or what a question leaves of it, streamed without a ceiling.

CSV and TSV guard text against being run as a formula (`geo.tables.export`); JSON and XML carry every value as it is.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any, Literal
from xml.sax.saxutils import escape, quoteattr

from pydantic import BeforeValidator

from geo.tables.export import Row, delimited
from portal.api import records
from portal.api.answers import dumps
from portal.api.arguments import LaxFlag, Natural, refused
from portal.api.row_query import RowArguments, row_query
from portal.contract.metadata import ColumnEntry
from portal.contract.protocols import ResourceView, RowQuery
from portal.kernel.texts import gettext as _
from portal.tables import types
from portal.tables.copying import CopiedRows, Form, by_ranges
from portal.tables.questions import Condition, Group, Question, Shape
from portal.tables.reader import TableReader, driver_of
from portal.tables.rows import ID_COLUMN
from portal.web.svg import NOT_XML

Format = Literal["csv", "tsv", "json", "xml"]
MEDIA_TYPES: dict[Format, str] = {
    "csv": "text/csv; charset=utf-8",
    "tsv": "text/tab-separated-values; charset=utf-8",
    "json": "application/json; charset=utf-8",
    "xml": "text/xml; charset=utf-8",
}
_FLUSH = 1 << 16
_BOM = "\ufeff".encode()
_JSON_TAIL = b"\n]}\n"


def _as_format(value: Any) -> Any:
    if value not in MEDIA_TYPES:
        raise refused(_("Nilai harus salah satu dari %(values)s", values=", ".join(MEDIA_TYPES)))
    return value


class DumpArguments(RowArguments):
    """CKAN's arguments of the dump; `limit` absent is everything."""

    format: Annotated[Format, BeforeValidator(_as_format)] = "csv"
    bom: LaxFlag = False
    limit: Natural | None = None


@dataclass(frozen=True, slots=True)
class Dump:
    """What is to be streamed: the question, the columns in order, and an ETag that changes with any of them."""

    resource: ResourceView
    query: RowQuery
    columns: tuple[ColumnEntry, ...]
    format: Format
    bom: bool
    nothing: bool
    etag: str
    #: the question itself, where `query` cannot say it: words, alternatives
    asked: Question | None = None

    @classmethod
    def of(cls, resource: ResourceView, args: DumpArguments) -> Dump:
        """The dump of a table. Raises Invalid for what does not fit its columns."""
        query, asked = row_query(resource, args)
        query = replace(query, limit=args.limit or 0, include_total=False)
        known = {ID_COLUMN.name: ID_COLUMN, **{item.name: item for item in resource.columns}}
        names = query.columns or tuple(
            item.name for item in resource.columns if item.public and item.type != "geometry"
        )
        said = f"{resource.id} {resource.version} {resource.revision} {resource.table} {asked} {args.format} {args.bom}"
        ranks = [ColumnEntry(name=words.rank, type="double precision") for words in asked.words if not args.fields]
        return cls(
            resource=resource,
            query=replace(query, columns=names),
            columns=(*(known[name] for name in names), *ranks),
            asked=asked if asked.words or _either(asked.where) else None,
            format=args.format,
            bom=args.bom,
            nothing=args.limit == 0,
            etag=hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()[:40],
        )

    @property
    def most_rows(self) -> int:
        """How many rows it can have at most."""
        there = self.resource.row_count or 0
        return 0 if self.nothing else min(self.query.limit or there, there)

    def pieces(self, rows: CopiedRows) -> Generator[bytes, None, None]:
        """The bytes, in pieces; memory stays flat. Rows in their own order come as text from the database itself."""
        if self.format != "xml" and not self.nothing and self.asked is None and by_ranges(self.query):
            yield from self._copied(rows, self.format)
            return
        found: Iterable[Row] = () if self.nothing else self._rows(rows)
        if self.format == "xml":
            yield from _xml(self.columns, found, bom=self.bom)
        else:
            yield from self._json(found) if self.format == "json" else self._delimited(found)

    def _rows(self, rows: CopiedRows) -> Iterable[Row]:
        if self.asked is None:
            return rows.stream(self.resource, self.query)
        return TableReader(lambda: driver_of(rows.session)).stream(Shape.of(self.resource), self.asked)

    def _copied(self, rows: CopiedRows, form: Form) -> Iterator[bytes]:
        head, tail = (self._json_head(), _JSON_TAIL) if form == "json" else (b"".join(self._delimited(())), b"")
        written = rows.copied(self.resource, self.query, form)
        yield head + next(written, b"")  # a fault of the first rows is told before anything is sent
        yield from written
        yield tail

    def _json_head(self) -> bytes:
        fields = dumps([records.field(column) for column in self.columns])
        return (_BOM if self.bom else b"") + b'{\n  "fields": ' + fields + b',\n  "records": ['

    def _delimited(self, rows: Iterable[Row]) -> Iterator[bytes]:
        listed = [types.of(column).array or types.of(column).sql == "jsonb" for column in self.columns]
        shown = ([_flat(value, as_json=one) for value, one in zip(row, listed, strict=True)] for row in rows)
        columns = [records.export_column(column) for column in self.columns]
        return delimited(columns, shown, delimiter="," if self.format == "csv" else "\t", bom=self.bom)

    def _json(self, rows: Iterable[Row]) -> Iterator[bytes]:
        buffer = bytearray(self._json_head())
        separator = b"\n    "
        for row in rows:
            buffer += separator + dumps([records.cell(value) for value in row])
            separator = b",\n    "
            if len(buffer) > _FLUSH:
                yield bytes(buffer)
                buffer.clear()
        yield bytes(buffer) + _JSON_TAIL


def _either(where: Condition | None) -> bool:
    """Whether some of the conditions are alternatives."""
    if not isinstance(where, Group):
        return False
    return where.op == "$or" or any(isinstance(member, Group) for member in where.members)


def _flat(value: Any, *, as_json: bool) -> Any:
    """A cell of CSV as COPY writes it: `t` and `f`, lists and objects as JSON and their absence as `null`."""
    if as_json:
        return dumps(value).decode() if value is None else json_text(value)
    if isinstance(value, bool):
        return "t" if value else "f"
    return records.flat(value) if isinstance(value, datetime) else value


def json_text(value: Any) -> str:
    """A list or object as PostgreSQL writes it: a list tightly, an object with spaces."""
    if isinstance(value, list):
        return "[" + ",".join(json_text(item) for item in value) + "]"
    return json.dumps(value, ensure_ascii=False, default=str)


def _xml(columns: Sequence[ColumnEntry], rows: Iterable[Row], *, bom: bool) -> Iterator[bytes]:
    """CKAN's form: `<row _id="1">` with an element a column; absence is `xsi:nil`."""
    names = element_names([column.name for column in columns if column.name != ID_COLUMN.name])
    places = [index for index, column in enumerate(columns) if column.name != ID_COLUMN.name]
    key = next((index for index, column in enumerate(columns) if column.name == ID_COLUMN.name), None)
    head = b'<data xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">\n'
    buffer = bytearray((_BOM if bom else b"") + head)
    for row in rows:
        opening = "<row>" if key is None else f"<row {ID_COLUMN.name}={quoteattr(str(row[key]))}>"
        cells = "".join(_element(name, row[place]) for name, place in zip(names, places, strict=True))
        buffer += f"{opening}{cells}</row>\n".encode("utf-8", "replace")
        if len(buffer) > _FLUSH:
            yield bytes(buffer)
            buffer.clear()
    yield bytes(buffer) + b"</data>\n"


def _element(name: str, value: Any, key: str = "") -> str:
    if value is None:
        return f'<{name}{key} xsi:nil="true" />'
    if isinstance(value, dict | list):
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        inner = "".join(_element("value", item, f" key={quoteattr(NOT_XML.sub(' ', str(at)))}") for at, item in pairs)
        return f"<{name}{key}>{inner}</{name}>"
    text = str(value) if isinstance(value, bool) else records.flat(value)
    return f"<{name}{key}>{escape(NOT_XML.sub(' ', text))}</{name}>" if text else f"<{name}{key} />"


def element_names(columns: Sequence[str]) -> list[str]:
    """A lawful XML name for each column, each once: what XML forbids is left out, spaces become `_`."""
    found: list[str] = []
    for column in columns:
        name = re.sub(r"^(\d*xml\d*|\d+)", "", unicodedata.normalize("NFC", column), flags=re.IGNORECASE)
        name = re.sub(r"[^A-Za-z0-9_.-]", "", re.sub(r"\s+", "_", name)).lstrip("0123456789.-") or "kolom"
        unique, number = name, 0
        while unique in found:
            unique, number = f"{name}_{number}", number + 1
        found.append(unique)
    return found
