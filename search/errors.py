"""What can go wrong in a search; each error carries a rule code, an Indonesian template and its parameters."""

from __future__ import annotations

from collections.abc import Mapping


class SearchError(Exception):
    """Base of the errors of this package.

    `rule` is a stable code, `template` an Indonesian sentence with `{name}` places and `params` their
    values; `str(error)` is the finished sentence. No text ever holds an address, a credential or a query
    of the engine.
    """

    rule = "search"
    template = "Pencarian gagal."

    def __init__(self, **params: str) -> None:
        self.params: Mapping[str, str] = params
        super().__init__(self.template.format(**params))


class QuerySyntaxError(SearchError):
    """The query, filter, sort, facet name, box or cursor cannot be understood (HTTP 400, CKAN's Search error)."""

    rule = "search.syntax"
    template = "Kueri tidak dapat dibaca: {reason}"

    def __init__(self, reason: str) -> None:
        super().__init__(reason=reason)


class EngineUnavailable(SearchError):
    """The engine is down, too slow or refuses us (HTTP 503); the catalogue can still be browsed."""

    rule = "search.unavailable"
    template = "Mesin pencari sedang tidak dapat dihubungi. Katalog tetap dapat dijelajahi."

    def __init__(self) -> None:
        super().__init__()


class RebuildRunning(SearchError):
    """Another process is rebuilding the same index."""

    rule = "search.rebuild_running"
    template = "Indeks ini sedang dibangun ulang oleh proses lain."

    def __init__(self) -> None:
        super().__init__()
