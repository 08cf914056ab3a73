"""Actions on resources: files and tables of the live version of a dataset."""

from __future__ import annotations

from typing import Any, ClassVar

import orjson

from portal.api.action import Action, Call
from portal.api.answers import spliced
from portal.api.arguments import UNSTORABLE, Arguments, IdArguments, Natural, Text, Typed
from portal.api.errors import FieldText
from portal.api.queries import RESOURCE_FIELDS
from portal.api.references import Referring
from portal.kernel.errors import NotFound
from portal.kernel.texts import gettext as _

MOST_RESULTS = 1_000
MOST_TERMS = 20


class ResourceSearchArguments(Arguments):
    """`query`: one `field:term` or a list of them; all must be met."""

    query: Any = None
    order_by: Text | None = None
    offset: Natural = 0
    limit: Natural | None = None


class FormatArguments(Referring):
    """What is being typed."""

    REFERENCES: ClassVar[frozenset[str]] = frozenset({"q"})

    q: Typed
    limit: Natural = 5


def resource_show(call: Call, args: IdArguments) -> object:
    """Return a resource of a published dataset. `id`: the resource's id."""
    found = call.queries.resource(args.id)
    if found is None:
        raise NotFound
    return orjson.Fragment(found)


def resource_search(call: Call, args: ResourceSearchArguments) -> object:
    """Return resources of published datasets. `query`: `field:term` or a list of them (a text field holds the term,
    `hash` begins with it, others equal it); `order_by`, `offset`, `limit` (at most 1,000)."""
    limit = MOST_RESULTS if args.limit is None else min(args.limit, MOST_RESULTS)
    count, documents = call.queries.resources(_terms(args.query), args.order_by, limit, args.offset)
    return {"count": count, "results": spliced(documents)}


def _terms(query: Any) -> list[tuple[str, str]]:
    """(field, term) pairs, a later one of the same field winning as in CKAN. Raises FieldText on `query`."""
    if query is None:
        raise FieldText("query", _("Nilai wajib diisi"))
    parts = [query] if isinstance(query, str) else query or []
    if (
        not isinstance(parts, list)
        or len(parts) > MOST_TERMS
        or not all(isinstance(p, str) and ":" in p for p in parts)
    ):
        raise FieldText("query", _("Harus pasangan <kolom>:<nilai>"))
    if any(UNSTORABLE.search(part) for part in parts):
        raise FieldText("query", _("Teks memuat karakter yang tidak dapat disimpan"))
    pairs = dict(part.partition(":")[::2] for part in parts)
    for field in pairs:
        if field not in RESOURCE_FIELDS:
            raise FieldText("query", _('Kolom "%(field)s" tidak dikenal dalam resource_search.', field=field[:80]))
    return list(pairs.items())


def format_autocomplete(call: Call, args: FormatArguments) -> object:
    """Return formats of published resources that hold `q`, most frequent first. `limit`: 5."""
    return call.queries.formats(args.q, min(args.limit, MOST_RESULTS))


ACTIONS = (
    Action("resource_show", IdArguments, resource_show),
    Action("resource_search", ResourceSearchArguments, resource_search),
    Action("format_autocomplete", FormatArguments, format_autocomplete),
)
