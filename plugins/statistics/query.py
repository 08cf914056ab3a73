"""The address of a table page as a row query, and back: sort, filters, words, page; all of it in the address."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from plugins.statistics.shape import NUMBERS
from portal.contract.protocols import Operator, ResourceView, RowFilter, RowQuery, RowSort
from portal.kernel.texts import gettext as _

PAGE_SIZE = 50
MAX_PAGE = 100_000
MAX_FILTERS = 12
#: Suffix in the address → operator: `jumlah.min=10`, `kecamatan=Salem`, `nama.isi=pus`.
SUFFIXES: dict[str, Operator] = {"": "in", ".min": "gte", ".maks": "lte", ".isi": "contains"}
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(\.\d{3})+")


def figure(text: str) -> str:
    """A figure as people here write it ("1.234,5", "12,5", "1.234") with a decimal point; other text as it is."""
    plain = "".join(text.split())
    if plain.count(",") == 1:
        return plain.replace(".", "").replace(",", ".")
    return plain.replace(".", "") if _THOUSANDS.fullmatch(plain) else text


@dataclass(frozen=True, slots=True)
class TableForm:
    """One view of a table; `filters` as (address name, value), `numeric` the columns that hold figures.

    `hidden` are columns left out, in the table's order; `names` all that could be shown.
    """

    q: str = ""
    sort: str | None = None
    descending: bool = False
    filters: tuple[tuple[str, str], ...] = ()
    page: int = 1
    numeric: frozenset[str] = frozenset()
    hidden: tuple[str, ...] = ()
    names: tuple[str, ...] = ()

    @classmethod
    def parse(cls, args: MultiDict[str, str], resource: ResourceView) -> TableForm:
        """Read an address; names that are no columns of this table are passed over."""
        names = tuple(item.name for item in resource.columns if item.public and item.type != "geometry")
        without = set(args.getlist("sembunyi"))
        hidden = tuple(name for name in names if name in without)
        wanted = args.get("urut", "")
        sort = wanted.removeprefix("-")
        found = [
            (name + suffix, value)
            for name in sorted(names)
            for suffix in SUFFIXES
            for value in args.getlist(f"k.{name}{suffix}")
            if value
        ]
        page = args.get("page", 1, type=int)
        return cls(
            q=" ".join(args.get("q", "").split())[:200],
            sort=sort if sort in names else None,
            descending=wanted.startswith("-"),
            filters=tuple(found[:MAX_FILTERS]),
            page=min(max(page, 1), MAX_PAGE),
            numeric=frozenset(item.name for item in resource.columns if item.type in NUMBERS),
            hidden=hidden if len(hidden) < len(names) else (),
            names=names,
        )

    @property
    def shown(self) -> tuple[str, ...]:
        """Columns of this view, in the table's order."""
        return tuple(name for name in self.names if name not in self.hidden)

    @property
    def narrowed(self) -> bool:
        """Whether this view is anything else than the table as it was published."""
        return bool(self.q or self.filters or self.sort or self.hidden)

    def row_query(self) -> RowQuery:
        """The query of this page."""
        return RowQuery(
            filters=tuple(self._filters()),
            sort=(RowSort(self.sort, self.descending),) if self.sort else (),
            q=self.q,
            columns=self.shown if self.hidden else None,
            limit=PAGE_SIZE,
            offset=(self.page - 1) * PAGE_SIZE,
        )

    def whole_query(self) -> RowQuery:
        """The query of every row of this view, for a download."""
        return replace(self.row_query(), columns=self.shown, limit=0, offset=0, include_total=False)

    def _filters(self) -> list[RowFilter]:
        equal: dict[str, list[str]] = {}
        found = []
        for name, value in self.filters:
            column, operator = _parts(name)
            if operator == "in":
                equal.setdefault(column, []).append(value)
            else:
                wanted = figure(value) if column in self.numeric and operator != "contains" else value
                found.append(RowFilter(column, operator, (wanted,)))
        return found + [RowFilter(column, "in", tuple(values)) for column, values in equal.items()]

    def value(self, name: str) -> str:
        """What a field of the filter form holds now: the first value of that address name, or nothing."""
        return next((value for key, value in self.filters if key == name), "")

    def words(self, labels: Mapping[str, str]) -> list[tuple[str, tuple[str, str]]]:
        """(what the filter says, the filter) of each; `labels` are the columns' names as people read them."""
        said: dict[Operator, str] = {
            "in": "%(column)s: %(value)s",
            "gte": _("%(column)s paling sedikit %(value)s"),
            "lte": _("%(column)s paling banyak %(value)s"),
            "contains": _("%(column)s berisi “%(value)s”"),
        }
        found = []
        for pair in self.filters:
            column, operator = _parts(pair[0])
            found.append((said[operator] % {"column": labels.get(column, column), "value": pair[1]}, pair))
        return found

    def in_order(self, column: str, *, descending: bool) -> TableForm:
        """Sorted by a column, one way or the other."""
        return replace(self, sort=column, descending=descending, page=1)

    def hiding(self, column: str) -> TableForm:
        """Without one more column."""
        return replace(self, hidden=tuple(name for name in self.names if name in {*self.hidden, column}))

    def showing(self, column: str) -> TableForm:
        """With a column that was left out."""
        return replace(self, hidden=tuple(name for name in self.hidden if name != column))

    def sorted_by(self, column: str) -> TableForm:
        """Sorted by a column; the other way round when it is already."""
        return replace(self, sort=column, descending=self.sort == column and not self.descending, page=1)

    def on_page(self, number: int) -> TableForm:
        """Another page of the same view."""
        return replace(self, page=number)

    def without(self, name: str, value: str) -> TableForm:
        """The view with one filter let go."""
        return replace(self, filters=tuple(pair for pair in self.filters if pair != (name, value)), page=1)

    def pairs(self) -> list[tuple[str, str]]:
        """The address's query: all that was chosen, the page too."""
        return [*self.kept(), *([("page", str(self.page))] if self.page > 1 else [])]

    def kept(self, column: str = "") -> list[tuple[str, str]]:
        """What a form keeps in hidden fields: all but the page and what it asks itself, the ranges of `column`.

        Chosen values of the column stay: the form has no field for them.
        """
        own = {column + suffix for suffix in SUFFIXES if suffix}
        pairs = [("q", self.q)] if self.q else []
        pairs += [(f"k.{name}", value) for name, value in self.filters if name not in own]
        pairs += [("sembunyi", name) for name in self.hidden]
        if self.sort:
            pairs.append(("urut", ("-" if self.descending else "") + self.sort))
        return pairs

    def query(self) -> str:
        """The query string with `?`, or an empty text."""
        pairs = self.pairs()
        return f"?{urlencode(pairs)}" if pairs else ""


def _parts(name: str) -> tuple[str, Operator]:
    """Column and operator of an address name: `jumlah.min` is (jumlah, gte)."""
    suffix = next((end for end in SUFFIXES if end and name.endswith(end)), "")
    return name.removesuffix(suffix), SUFFIXES[suffix]
