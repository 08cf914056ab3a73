"""CKAN's search documents of the generator's catalogue straight into its Solr: its own rebuild takes an hour there.

They are checked against the document that CKAN's indexer made of a dataset loaded by its API: the stored fields of both
must be equal, or nothing is loaded.
"""

from __future__ import annotations

import hashlib
import json
import math
import urllib.request
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Any

import psycopg

from bench.ckan_data import package

BATCH = 1_000
#: Made by Solr itself, or copied by it from other fields.
_OWN = {"_version_", "indexed_ts", "title_ngram", "name_ngram"}
_CHECKED = 5
_NULLS = ("author_email", "maintainer_email", "url", "version")


class CkanDocuments:
    """Composes documents as CKAN 2.12 does, from the rows of its database and the generator's datasets."""

    def __init__(self, solr: str, database: str) -> None:
        """`solr`: address of the core (http://host:port/solr/ckan); `database`: postgresql:// of CKAN's database."""
        self.solr = solr.rstrip("/")
        self.database = database
        sample = self._stored("*:*", 1)[0]
        whole = json.loads(sample["data_dict"])
        self._site = sample["site_id"]
        self._base_resource = whole["resources"][0]
        self._owners: dict[str, dict[str, Any]] = {}
        self._groups: dict[str, dict[str, Any]] = {}
        self._licences: dict[str, dict[str, Any]] = {}
        for found in self._stored("*:*", 1_000):
            made = json.loads(found["data_dict"])
            self._owners[made["organization"]["name"]] = made["organization"]
            self._groups |= {group["name"]: group for group in made["groups"]}
            self._licences[made["license_id"]] = {
                key: made[key] for key in ("isopen", "license_title", "license_url") if key in made
            }

    def _stored(self, query: str, rows: int) -> list[dict[str, Any]]:
        address = f"{self.solr}/select?q={query}&rows={rows}&wt=json"
        with urllib.request.urlopen(address) as answer:  # noqa: S310 - the reference's own address
            documents: list[dict[str, Any]] = json.load(answer)["response"]["docs"]
        return documents

    def load(self, numbers: range) -> int:
        """Index these datasets; how many. Raises ValueError where a document differs from CKAN's own."""
        self._complete_owners()
        self._check()
        done = 0
        composed = self._all(numbers)
        while several := list(islice(composed, BATCH)):
            self._post(several)
            done += len(several)
        self._post([], commit=True)
        return done

    def _complete_owners(self) -> None:
        """Organisations that no indexed dataset named: from the table, in the shape of one that was named."""
        shape = next(iter(self._owners.values()))
        with psycopg.connect(self.database) as connection:
            rows = connection.execute('SELECT name, id, title, created FROM "group" WHERE is_organization').fetchall()
        for name, key, title, created in rows:
            told = {"id": key, "name": name, "title": title, "created": created.isoformat()}
            self._owners.setdefault(name, {**shape, **told})

    def _check(self) -> None:
        """Compose what CKAN composed and compare the stored fields."""
        with psycopg.connect(self.database) as connection:
            for number in range(_CHECKED):
                ours = self._compose(connection, number)
                theirs = self._stored(f"name:{ours['name']}", 1)[0]
                for key in theirs.keys() - _OWN:
                    if not _same(ours.get(key), theirs[key]):
                        raise ValueError(f"dataset {number}, {key}: {ours.get(key)!r} is not CKAN's {theirs[key]!r}")

    def _all(self, numbers: range) -> Iterator[dict[str, Any]]:
        with psycopg.connect(self.database) as connection:
            for number in numbers:
                yield self._compose(connection, number)

    def _compose(self, connection: psycopg.Connection[Any], number: int) -> dict[str, Any]:
        made = package(number)
        row = connection.execute(
            "SELECT id, metadata_created, metadata_modified, creator_user_id FROM package WHERE name = %s",
            (made["name"],),
        ).fetchone()
        if row is None:
            raise ValueError(f"dataset {number} is not in CKAN's database")
        whole = self._whole(connection, made, row)
        text = json.dumps(whole)
        document: dict[str, Any] = {
            key: value for key, value in whole.items() if key not in ("extras", "tags", "groups", "resources")
        }
        box = next((item["value"] for item in made["extras"] if item["key"] == "spatial"), None)
        if box:
            west, south, east, north = _bounds(json.loads(box))
            document |= {"minx": west, "miny": south, "maxx": east, "maxy": north}
        return {
            key: value
            for key, value in (
                document
                | {f"extras_{item['key']}": item["value"] for item in made["extras"] if item["key"] != "spatial"}
                | {
                    "data_dict": text,
                    "validated_data_dict": text,
                    "title_string": made["title"],
                    "tags": sorted(tag["name"] for tag in made["tags"]),
                    "groups": [group["name"] for group in made["groups"]],
                    "organization": made["owner_org"],
                    "capacity": "public",
                    "permission_labels": ["public"],
                    "res_name": [item["name"] for item in made["resources"]],
                    "res_format": [item["format"] for item in made["resources"]],
                    "res_url": [item["url"] for item in made["resources"]],
                    "entity_type": "package",
                    "dataset_type": "dataset",
                    "site_id": self._site,
                    "index_id": hashlib.md5(f"{row[0]}{self._site}".encode(), usedforsecurity=False).hexdigest(),
                    "metadata_created": whole["metadata_created"] + "Z",
                    "metadata_modified": whole["metadata_modified"] + "Z",
                }
            ).items()
            if value is not None
        }

    def _whole(self, connection: psycopg.Connection[Any], made: dict[str, Any], row: tuple[Any, ...]) -> dict[str, Any]:
        """The dataset as package_show gives it, keys in CKAN's order."""
        key, created, modified, creator = row
        resources = connection.execute(
            "SELECT id, created, metadata_modified FROM resource WHERE package_id = %s ORDER BY position", (key,)
        ).fetchall()
        tags = connection.execute(
            "SELECT t.id, t.name FROM package_tag p JOIN tag t ON t.id = p.tag_id WHERE p.package_id = %s ORDER BY 2",
            (key,),
        ).fetchall()
        owner = self._owners[made["owner_org"]]
        told = {
            **{name: made[name] for name in ("author", "license_id", "maintainer", "name", "notes", "title")},
            **self._licences[made["license_id"]],
            **dict.fromkeys(_NULLS),
            **{"creator_user_id": creator, "id": key, "organization": owner, "owner_org": owner["id"]},
            **{"metadata_created": _time(created), "metadata_modified": _time(modified)},
            **{"num_resources": len(resources), "num_tags": len(tags), "private": False, "state": "active"},
            "type": "dataset",
        }
        return {name: told[name] for name in sorted(told)} | {
            "extras": made["extras"],
            "groups": [self._groups[group["name"]] for group in made["groups"]],
            "resources": [
                self._base_resource
                | {"id": item[0], "created": _time(item[1]), "metadata_modified": _time(item[2]), "package_id": key}
                | {"position": position, "name": sent["name"], "format": sent["format"], "url": sent["url"]}
                for position, (item, sent) in enumerate(zip(resources, made["resources"], strict=True))
            ],
            "tags": [
                {"display_name": name, "id": tag, "name": name, "state": "active", "vocabulary_id": None}
                for tag, name in tags
            ],
            "relationships_as_subject": [],
            "relationships_as_object": [],
        }

    def _post(self, documents: list[dict[str, Any]], *, commit: bool = False) -> None:
        address = f"{self.solr}/update" + ("?commit=true" if commit else "")
        asked = urllib.request.Request(  # noqa: S310 - the reference's own address
            address, json.dumps(documents).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(asked) as answer:  # noqa: S310
            answer.read()


def _time(moment: datetime) -> str:
    return moment.isoformat()


def _bounds(shape: dict[str, Any]) -> tuple[float, float, float, float]:
    ring = shape["coordinates"][0]
    return ring[0][0], ring[0][1], ring[2][0], ring[2][1]


def _same(ours: object, theirs: object) -> bool:
    """Equal; JSON texts by their content, numbers as Solr's floats keep them, moments to the millisecond."""
    if isinstance(theirs, float) and isinstance(ours, int | float):
        return math.isclose(ours, theirs, rel_tol=1e-6)
    if isinstance(ours, str) and isinstance(theirs, str):
        if theirs.startswith("{"):
            return bool(json.loads(ours) == json.loads(theirs))
        if theirs.endswith("Z") and ours.endswith("Z"):
            return abs((datetime.fromisoformat(ours) - datetime.fromisoformat(theirs)).total_seconds()) < 0.002
    return ours == theirs
