"""What ckanext-harvest's CKAN harvester asks of a portal, request for request.

The names are those of `ckanext.harvest.harvesters.ckanharvester.CKANHarvester` (2.x); it needs a CKAN of its own to run
in, so its requests, its conditions and what it takes from the answers are repeated here: `gather_stage`,
`_search_for_datasets`, `_get_group`, `_get_organization`, and of `import_stage` what it reads and drops.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import requests

#: What `import_stage` takes away from a remote organisation or group before it creates its own.
NOT_OURS = ("packages", "created", "users", "groups", "tags", "extras", "display_name")


class SearchError(Exception):
    """As the harvester's own: the search gave something that is no page of results."""


@dataclass
class CKANHarvester:
    """One harvest of `base_url`; `asked` holds every address that was fetched."""

    base_url: str
    config: dict[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def gather_stage(self, last_error_free_job: datetime | None = None) -> list[dict[str, Any]]:
        """The datasets of the first harvest, or those changed since the last (its time less an hour)."""
        fq_terms = self._filters()
        if last_error_free_job is not None and not self.config.get("force_all", False):
            since = (last_error_free_job - timedelta(hours=1)).isoformat()
            try:
                return self._search_for_datasets([*fq_terms, f"metadata_modified:[{since}Z TO *]"])
            except SearchError:
                pass
        return self._search_for_datasets(fq_terms)

    def _filters(self) -> list[str]:
        terms: list[str] = []
        for kind, word in (("organizations", "organization"), ("groups", "groups")):
            include, exclude = self.config.get(f"{kind}_filter_include"), self.config.get(f"{kind}_filter_exclude")
            if include:
                terms.append(" OR ".join(f"{word}:{name}" for name in include))
            elif exclude:
                terms.extend(f"-{word}:{name}" for name in exclude)
        return terms

    def _get_content(self, url: str) -> str:
        self.asked.append(url)
        headers = {"Authorization": self.config["api_key"]} if self.config.get("api_key") else {}
        return requests.get(url, headers=headers, timeout=60).text

    def _search_for_datasets(self, fq_terms: list[str]) -> list[dict[str, Any]]:
        params = {"rows": "100", "start": "0", "sort": "id asc"}
        if fq_terms:
            params["fq"] = " ".join(fq_terms)
        found: list[dict[str, Any]] = []
        ids: set[str] = set()
        previous_content: str | None = None
        while True:
            content = self._get_content(f"{self.base_url}/api/3/action/package_search?{urlencode(params)}")
            if previous_content and content == previous_content:
                raise SearchError("the paging does not seem to work")
            try:
                answer = json.loads(content)
            except ValueError as error:
                raise SearchError(content[:200]) from error
            page = answer.get("result", {}).get("results", [])
            in_page = {dataset["id"] for dataset in page}
            page = [dataset for dataset in page if dataset["id"] not in in_page & ids]
            ids |= in_page
            found.extend(page)
            if not page:
                return found
            params["start"] = str(int(params["start"]) + int(params["rows"]))

    def get_group(self, group: dict[str, Any]) -> dict[str, Any]:
        """`_get_group`: the remote group, by id, as it is created here."""
        return self._owner(f"{self.base_url}/api/3/action/group_show?id={group['id']}")

    def get_organization(self, key: str) -> dict[str, Any]:
        """`_get_organization`: the remote organisation, by id, as it is created here."""
        found = self._owner(f"{self.base_url}/api/3/action/organization_show?id={key}")
        found.pop("type", None)
        return found

    def _owner(self, url: str) -> dict[str, Any]:
        result = json.loads(self._get_content(url))["result"]
        for key in NOT_OURS:
            result.pop(key, None)
        return dict(result)

    def import_stage(self, content: str) -> dict[str, Any] | None:
        """The package that the harvester would hand to `_create_or_update_package`; None for a harvest source."""
        package: dict[str, Any] = json.loads(content)
        if package.get("type") == "harvest":
            return None
        for extra in package.get("extras", []):
            assert set(extra) >= {"key", "value"}
        for resource in package.get("resources", []):
            resource.pop("url_type", None)
            resource.pop("revision_id", None)
        return package
