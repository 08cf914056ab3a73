"""What a remote CKAN says: its datasets page by page, their ids, its groups and organisations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import orjson

from plugins.harvest.schemas import Config
from portal.kernel.errors import PortalError
from portal.kernel.fetch import Fetcher
from portal.kernel.texts import gettext as _

PAGE = 100
ID_PAGE = 1_000
#: Datasets changed this long before the last run are asked for again: clocks differ, and an index may be behind.
OVERLAP = timedelta(hours=1)
#: No catalogue has more; a remote that always says "there is more" ends here.
MOST_PAGES = 20_000


class RemoteError(PortalError):
    """The remote portal does not answer as a CKAN does."""

    rule = "sumber_tidak_terbaca"


@dataclass(frozen=True, slots=True)
class Page:
    """One page of datasets and how many there are in all."""

    datasets: tuple[Mapping[str, Any], ...]
    total: int


@dataclass(frozen=True)
class Remote:
    """A remote CKAN under the options of one source."""

    fetcher: Fetcher
    url: str
    config: Config

    def call(self, action: str, **arguments: Any) -> Any:
        """The result of an action. Raises RemoteError, FetchError."""
        query = urlencode({name: value for name, value in arguments.items() if value not in (None, "")})
        address = f"{self.url.rstrip('/')}/api/3/action/{action}?{query}"
        headers = {"Accept": "application/json"}
        if self.config.api_key:
            headers["Authorization"] = self.config.api_key
        if self.config.user_agent:
            headers["User-Agent"] = self.config.user_agent
        answer = self.fetcher.get(address, headers)
        try:
            body = orjson.loads(answer.body)
        except orjson.JSONDecodeError as error:
            message = _(
                "Jawaban %(action)s bukan JSON (status %(status)s). Apakah alamat ini sebuah CKAN?",
                action=action,
                status=answer.status,
            )
            raise RemoteError(message) from error
        if answer.status != 200 or not isinstance(body, dict) or body.get("success") is not True:
            raise RemoteError(
                _(
                    "%(action)s menjawab dengan galat (status %(status)s): %(why)s",
                    action=action,
                    status=answer.status,
                    why=_why(body),
                )
            )
        return body.get("result")

    def filters(self, since: datetime | None = None) -> str:
        """`fq` of the source: its own, the organisations and groups, and what changed since (less an hour)."""
        config, terms = self.config, []
        if config.fq:
            terms.append(config.fq)
        for kind, word in (("organizations", "organization"), ("groups", "groups")):
            include: tuple[str, ...] = getattr(config, f"{kind}_filter_include")
            exclude: tuple[str, ...] = getattr(config, f"{kind}_filter_exclude")
            if include:
                terms.append("(" + " OR ".join(f"{word}:{name}" for name in include) + ")")
            terms += [f"-{word}:{name}" for name in exclude]
        if since is not None:
            moment = (since.astimezone(UTC) - OVERLAP).replace(tzinfo=None).isoformat(timespec="milliseconds")
            terms.append(f"metadata_modified:[{moment}Z TO *]")
        return " AND ".join(terms) if len(terms) > 1 else "".join(terms)

    def page(self, start: int, rows: int, fq: str, **more: Any) -> Page:
        """One page by `package_search`, in the order of ids."""
        asked: dict[str, Any] = {"q": self.config.q, "fq": fq, "sort": "id asc", "start": start, "rows": rows, **more}
        if self.config.use_default_schema:
            asked["use_default_schema"] = "true"
        found = self.call("package_search", **asked)
        results = found.get("results") if isinstance(found, dict) else None
        if not isinstance(results, list) or not all(isinstance(row, dict) and row.get("id") for row in results):
            raise RemoteError(_("Jawaban package_search tidak memuat daftar dataset."))
        count = found.get("count")
        return Page(tuple(results), count if isinstance(count, int) else len(results))

    def pages(self, fq: str, rows: int = PAGE, **more: Any) -> Iterator[Page]:
        """Every page, each dataset once. A remote whose paging stands still raises RemoteError."""
        seen: set[str] = set()
        start = 0
        for _number in range(MOST_PAGES):
            page = self.page(start, rows, fq, **more)
            if not page.datasets:
                return
            fresh = tuple(row for row in page.datasets if str(row["id"]) not in seen)
            if not fresh:
                raise RemoteError(_("Halaman hasil sumber ini tidak berganti; pemanenan dihentikan."))
            seen.update(str(row["id"]) for row in fresh)
            yield Page(fresh, page.total)
            start += len(page.datasets)
            if start >= page.total:
                return

    def ids(self) -> set[str] | None:
        """The ids of all that the source's options choose; None where the remote did not give them all."""
        found: set[str] = set()
        total = 0
        for page in self.pages(self.filters(), ID_PAGE, fl="id"):
            found.update(str(row["id"]) for row in page.datasets)
            total = page.total
        return found if len(found) >= total else None


def _why(body: Any) -> str:
    """What the remote says, cut short."""
    error = body.get("error") if isinstance(body, dict) else body
    said = error.get("message") or error if isinstance(error, dict) else error
    return (said if isinstance(said, str) else orjson.dumps(said).decode())[:300]
