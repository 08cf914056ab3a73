"""Search of the office: public documents and drafts in one index, what a person may see decided inside the engine."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import text

from portal.ingest.desk import Desk
from portal.kernel.errors import NotFound
from portal.kernel.identity import Identity, Role
from search.engine import Engine
from search.query import And, Node, Not, Or, SearchQuery, Term
from search.results import Results

#: Roles whose duty opens their own agency's unclassified material (I3); `admin` is none of them.
DUTY_ROLES = (Role.PRODUSEN, Role.GIS, Role.WALIDATA_PENDUKUNG, Role.PPID_PELAKSANA, Role.KEPALA_OPD, Role.ANGGOTA)
#: Datasets that one person is named on at a time; beyond that he searches in what his agencies have.
MOST_NAMED = 1_000
_NOTHING = Or(())
_PUBLIC = Term("private", "false")


@dataclass(frozen=True, slots=True)
class OfficeResults:
    """A page of the office index. `results.ids` are ids of datasets; those in `drafts` must be read from the vault."""

    results: Results
    drafts: frozenset[str]


class OfficeSearch:
    """Asks the office index only; each question opens the list of what the person's duties cover, and is recorded."""

    def __init__(self, desk: Desk, engine: Engine) -> None:
        self._desk = desk
        self._engine = engine

    def search(self, identity: Identity, query: SearchQuery) -> OfficeResults:
        """Published datasets, and drafts that the person's duties cover; each dataset once.

        A dataset of which a version is published is found by what is published. Who may list nothing (an `admin`, a
        token without that scope) finds what is published. Raises NotFound for nobody, QuerySyntaxError,
        EngineUnavailable.
        """
        mine = self._duties(identity)
        unreleased = And((Not(_PUBLIC), Term("terbit", "false"), mine))
        return self._found(replace(query, identity=Or((_PUBLIC, unreleased))))

    def own(self, identity: Identity, query: SearchQuery) -> frozenset[UUID]:
        """Ids of datasets of the person's duties that a query finds, published or in work; at most 1,000."""
        found = self._found(replace(query, identity=self._duties(identity), facets=(), start=0, rows=1_000))
        return frozenset(map(UUID, found.results.ids))

    def _duties(self, identity: Identity) -> Node:
        """Own agencies, and datasets on which the person is named; nothing without the right to list."""
        if not identity.signed_in:
            raise NotFound
        if not self._desk.access.may_list(identity):
            return _NOTHING
        vault = self._desk.access.enter(self._desk.access.list_pass(identity, "cari"))
        named = vault.duties.named()[:MOST_NAMED]
        agencies = sorted(map(str, identity.agencies(*DUTY_ROLES)))
        terms = (*(Term("agency", item) for item in agencies), *(Term("id", str(item)) for item in named))
        return Or(terms) if terms else _NOTHING

    def _found(self, query: SearchQuery) -> OfficeResults:
        results = self._engine.search(query)
        rows = self._desk.session.execute(
            text("SELECT entry_id, dataset_id FROM audit.index_datasets(CAST(:entries AS uuid[]))"),
            {"entries": list(results.ids)},
        )
        drafts = {str(row.entry_id): str(row.dataset_id) for row in rows} if results.ids else {}
        ids = tuple(dict.fromkeys(drafts.get(item, item) for item in results.ids))
        return OfficeResults(replace(results, ids=ids), frozenset(drafts.values()))
