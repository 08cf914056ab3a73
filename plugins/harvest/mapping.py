"""From a remote CKAN dataset to what is stored here, by the options of the source. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

import orjson

from plugins.harvest.schemas import Config

#: Fields of a dataset that come along; everything else is the remote portal's own or made anew here.
FIELDS = (
    "name", "title", "notes", "url", "version", "author", "author_email", "maintainer", "maintainer_email",
    "license_id", "private", "type",
)  # fmt: skip
#: What a remote portal says of its resources and nobody else can: they become links here.
NOT_OURS = frozenset(
    {"url_type", "revision_id", "package_id", "datastore_active", "position", "state", "on_same_domain"}
)
OF_HARVEST = ("harvest_object_id", "harvest_source_id", "harvest_source_title")
MOST_RESOURCES = 1_000
#: A dataset's name as CKAN has it.
NAME = re.compile(r"[a-z0-9_-]{2,100}")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Whose dataset it is: the source, its job and the object of the job."""

    source_id: UUID
    source_title: str
    source_url: str
    job_id: UUID
    object_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What was found here for what the remote says: the owner's id, and the names of groups that there are."""

    owner_org: str
    groups: tuple[str, ...] = ()


def dataset_of(remote: Mapping[str, Any], config: Config, origin: Origin, place: Place) -> dict[str, Any]:
    """The dataset for `package_create` and `package_update`, without its id."""
    made: dict[str, Any] = {name: clean(remote[name]) for name in FIELDS if remote.get(name) is not None}
    made["owner_org"] = place.owner_org
    made["groups"] = [{"name": name} for name in place.groups]
    made["tags"] = [{"name": name} for name in tags_of(remote, config)]
    made["extras"] = extras_of(remote, config, origin)
    made["resources"] = resources_of(remote)
    return made


def clean(value: Any) -> Any:
    """A value without the signs that no database keeps."""
    return _UNSTORABLE.sub("", value) if isinstance(value, str) else value


def tags_of(remote: Mapping[str, Any], config: Config) -> list[str]:
    """Names of the tags, each once: the remote's, then the source's own. A vocabulary of there is none of here."""
    rows = remote.get("tags")
    names = [
        str(row["name"] if isinstance(row, dict) else row)
        for row in (rows if isinstance(rows, list) else ())
        if (isinstance(row, dict) and row.get("name")) or (isinstance(row, str) and row)
    ]
    names = [clean(name).strip() for name in (*names, *config.default_tags)]
    if config.clean_tags:
        names = [munged(name) for name in names]
    return [name for name in dict.fromkeys(names) if name]


def munged(name: str) -> str:
    """A tag by the narrowest rule: small letters, figures, `-_.`, 2 to 100 signs; empty where none is left."""
    found = re.sub(r"[^a-z0-9_.-]+", "-", name.lower()).strip("-")
    return found[:100] if len(found) > 1 else ""


def extras_of(remote: Mapping[str, Any], config: Config, origin: Origin) -> list[dict[str, str]]:
    """Key and value of each extra: the remote's, the source's own, and where the dataset was harvested."""
    rows = remote.get("extras")
    found: dict[str, str] = {}
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, dict) and isinstance(row.get("key"), str) and row["key"]:
            found.setdefault(clean(row["key"]), clean(_text(row.get("value"))))
    words = {
        "harvest_source_id": str(origin.source_id),
        "harvest_source_url": origin.source_url.strip("/"),
        "harvest_source_title": origin.source_title,
        "harvest_job_id": str(origin.job_id),
        "harvest_object_id": str(origin.object_id),
        "dataset_id": str(remote.get("id", "")),
    }
    for key, value in config.default_extras.items():
        if key not in found or config.override_extras:
            found[key] = filled(value, words) if isinstance(value, str) else _text(value)
    found |= {name: words[name] for name in OF_HARVEST}
    return [{"key": key, "value": value} for key, value in found.items()]


def filled(text: str, words: Mapping[str, str]) -> str:
    """`{harvest_source_title}` and its like in a text; names that there are not stay as they stand."""
    return re.sub(r"\{([a-z_]+)\}", lambda found: words.get(found[1], found[0]), text)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else orjson.dumps(value).decode()


def resources_of(remote: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The resources as links to where they are; nothing of theirs is copied."""
    rows = remote.get("resources")
    return [
        {name: clean(value) for name, value in row.items() if name not in NOT_OURS and value is not None}
        for row in (rows if isinstance(rows, list) else ())[: MOST_RESOURCES + 1]
        if isinstance(row, dict)
    ]


def own_id(source_id: UUID, guid: str) -> UUID:
    """The id of a dataset or resource whose own cannot be had here; the same each time."""
    return uuid5(source_id, guid)


def with_own_resources(dataset: Mapping[str, Any], source_id: UUID) -> dict[str, Any]:
    """The dataset with resource ids that no other dataset of this portal has."""
    rows = [
        {**row, "id": str(own_id(source_id, f"resource:{row.get('id', place)}"))}
        for place, row in enumerate(dataset["resources"])
    ]
    return {**dataset, "resources": rows}


def fingerprint(dataset: Mapping[str, Any]) -> str:
    """A hash of what is stored, without what every run says anew."""
    extras = [row for row in dataset["extras"] if row["key"] != "harvest_object_id"]
    said = {**dataset, "extras": extras}
    return hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()


def names_from(rows: Any, *keys: str) -> list[dict[str, str]]:
    """Ids and names of groups as a remote dataset lists them."""
    if not isinstance(rows, Sequence) or isinstance(rows, str):
        return []
    return [
        {key: str(row[key]) for key in keys if isinstance(row.get(key), str) and row[key]}
        for row in rows
        if isinstance(row, dict)
    ]


def other_name(name: str, number: int) -> str:
    """The name with a number behind it, as long as names may be."""
    return f"{name[: 100 - len(str(number))]}{number}"
