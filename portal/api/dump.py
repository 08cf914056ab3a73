"""`/datastore/dump/<id>`: a whole table, or what a question leaves of it, streamed without a ceiling.

Byte for byte as CKAN dumps it, but that text of CSV and TSV is guarded against being run as a formula where somebody
opens the file in a spreadsheet (`geo.tables.export`). A program that wants such cells as they are asks for `aman=0`, or
for JSON.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
import unicodedata
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal
from xml.sax.saxutils import escape, quoteattr

import orjson
from pydantic import BeforeValidator
from sqlalchemy.orm import Session

from geo.tables.export import guarded
from portal.api import records
from portal.api.answers import dumps
from portal.api.arguments import LaxFlag, Natural, refused
from portal.api.row_query import RowArguments, row_query
from portal.contract.metadata import ColumnEntry
from portal.contract.protocols import ResourceView, RowQuery
from portal.kernel.texts import gettext as _
from portal.tables import dumping, types
from portal.tables.copying import CopiedRows, Form, by_ranges
from portal.tables.questions import Condition, Group, Question, Shape
from portal.tables.reader import driver_of
from portal.tables.rows import ID_COLUMN
from portal.web.svg import NOT_XML

Format = Literal["csv", "tsv", "json", "xml"]
MEDIA_TYPES: dict[Format, str] = {
    "csv": "text/csv; charset=utf-8",
    "tsv": "text/tab-separated-values; charset=utf-8",
    "json": "application/json; charset=utf-8",
    "xml": "text/xml; charset=utf-8",
}
#: The schema of what is published.
PUBLISHED = "rows"
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
    aman: LaxFlag = True


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
    asked: Question
    #: whether `query` can say all of it: no words, no alternatives
    plain: bool
    schema: str
    guard: bool

    @classmethod
    def of(cls, resource: ResourceView, args: DumpArguments, schema: str = PUBLISHED) -> Dump:
        """The dump of a table. Raises Invalid for what does not fit its columns."""
        query, asked = row_query(resource, args)
        query = replace(query, limit=args.limit or 0, include_total=False)
        known = {ID_COLUMN.name: ID_COLUMN, **{item.name: item for item in resource.columns}}
        names = Shape.of(resource, schema).shown(asked)
        table = f"{resource.id} {resource.version} {resource.revision} {resource.table}"
        said = f"{table} {asked} {args.format} {args.bom} {args.aman}"
        ranks = [ColumnEntry(name=words.rank, type="double precision") for words in asked.words if not args.fields]
        return cls(
            resource=resource,
            query=replace(query, columns=names),
            columns=(*(known[name] for name in names), *ranks),
            asked=asked,
            plain=not asked.words and not _either(asked.where),
            schema=schema,
            guard=args.aman and args.format in ("csv", "tsv"),
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

    def pieces(self, session: Session) -> Generator[bytes, None, None]:
        """The bytes, in pieces; memory stays flat. Published rows in their own order come by COPY, others in chunks."""
        if self.format == "xml":
            yield from _xml(self.columns, self._chunks(session), bom=self.bom)
            return
        head, tail = (self._json_head(), _JSON_TAIL) if self.format == "json" else (self._header(), b"")
        written = self._written(session, self.format)
        yield head + next(written, b"")  # a fault of the first rows is told before anything is sent
        yield from written
        if tail:
            yield tail

    def _written(self, session: Session, form: Form) -> Iterator[bytes]:
        if self.nothing:
            return iter(())
        if self.schema == PUBLISHED and self.plain and by_ranges(self.query):
            return CopiedRows(session).copied(self.resource, self.query, form, guard=self.guard)
        return dumping.lines(driver_of(session), self.shape, self.asked, form, guard=self.guard)

    def _chunks(self, session: Session) -> Iterable[list[tuple[str | None, ...]]]:
        return () if self.nothing else dumping.chunks(driver_of(session), self.shape, self.asked)

    @property
    def shape(self) -> Shape:
        """The table as questions see it."""
        return Shape.of(self.resource, self.schema)

    def _json_head(self) -> bytes:
        fields = dumps([records.field(column) for column in self.columns])
        return (_BOM if self.bom else b"") + b'{\n  "fields": ' + fields + b',\n  "records": ['

    def _header(self) -> bytes:
        """The first line ends with CRLF, as CKAN's does, which the lines of COPY do not."""
        names = [guarded(column.name) if self.guard else column.name for column in self.columns]
        buffer = io.StringIO(newline="")
        csv.writer(buffer, delimiter="," if self.format == "csv" else "\t").writerow(names)
        return (_BOM if self.bom else b"") + buffer.getvalue().encode()


def _either(where: Condition | None) -> bool:
    """Whether some of the conditions are alternatives."""
    if not isinstance(where, Group):
        return False
    return where.op == "$or" or any(isinstance(member, Group) for member in where.members)


def _xml(
    columns: Sequence[ColumnEntry], chunks: Iterable[list[tuple[str | None, ...]]], *, bom: bool
) -> Iterator[bytes]:
    """CKAN's form: `<row _id="1">` with an element a column; absence is `xsi:nil`."""
    names = element_names([column.name for column in columns if column.name != ID_COLUMN.name])
    places = [index for index, column in enumerate(columns) if column.name != ID_COLUMN.name]
    key = next((index for index, column in enumerate(columns) if column.name == ID_COLUMN.name), None)
    cells = list(zip(names, places, [_XML_CELLS.get(_kind(columns[at]), _text) for at in places], strict=True))
    head = (_BOM if bom else b"") + b'<data xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">\n'
    for rows in chunks:
        made = []
        for row in rows:
            opening = "<row>" if key is None else f'<row {ID_COLUMN.name}="{row[key]}">'
            made.append(opening + "".join([_element(name, row[at], say) for name, at, say in cells]) + "</row>\n")
        yield head + "".join(made).encode("utf-8", "replace")
        head = b""
    yield head + b"</data>\n"


def _kind(column: ColumnEntry) -> str:
    kind = types.of(column)
    return "json" if kind.array or kind.sql == "jsonb" else kind.sql


def _text(name: str, value: str) -> str:
    text = escape(NOT_XML.sub(" ", value))
    return f"<{name}>{text}</{name}>" if text else f"<{name} />"


def _exact(name: str, value: str) -> str:
    """A number as CKAN says it, 1.50 as 1.5, but with every figure that it has."""
    whole, point, rest = value.partition(".")
    return f"<{name}>{whole}.{rest.rstrip('0') or '0'}</{name}>" if point else f"<{name}>{value}</{name}>"


def _json(name: str, value: str) -> str:
    return _nested(name, orjson.loads(value))


_XML_CELLS: dict[str, Callable[[str, str], str]] = {
    "boolean": lambda name, value: f"<{name}>{'True' if value == 't' else 'False'}</{name}>",
    "numeric": _exact,
    "json": _json,
}


def _element(name: str, value: str | None, say: Callable[[str, str], str]) -> str:
    return f'<{name} xsi:nil="true" />' if value is None else say(name, value)


def _nested(name: str, value: Any, key: str = "") -> str:
    if value is None:
        return f'<{name}{key} xsi:nil="true" />'
    if isinstance(value, dict | list):
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        inner = "".join(_nested("value", item, f" key={quoteattr(NOT_XML.sub(' ', str(at)))}") for at, item in pairs)
        return f"<{name}{key}>{inner}</{name}>"
    text = escape(NOT_XML.sub(" ", str(value)))
    return f"<{name}{key}>{text}</{name}>" if text else f"<{name}{key} />"


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
