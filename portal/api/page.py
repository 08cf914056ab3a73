"""What the readable API page shows, from the same tables and models that answer the calls."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from portal.api import examples
from portal.api.action import Action, Registry
from portal.api.examples import Example
from portal.api.groups import grouped, title_of
from portal.api.openapi import OpenApi
from portal.api.openapi_schema import Schema

#: Published datasets looked through for one with a table and one with a layer to show.
LOOKED_AT = 10


@dataclass(frozen=True, slots=True)
class Parameter:
    """One argument: `kind` in JSON's words; `default` as JSON would have it, or nothing."""

    name: str
    kind: str
    required: bool
    default: str


@dataclass(frozen=True, slots=True)
class ActionEntry:
    """One action of the list."""

    name: str
    text: str
    writes: bool
    parameters: tuple[Parameter, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Actions of one kind, and how one calls them."""

    key: str
    title: str
    actions: tuple[ActionEntry, ...]
    examples: tuple[Example, ...]

    @property
    def tabs(self) -> list[tuple[str, str, str]]:
        """(key, text, link) of each example."""
        return [(f"{self.key}-{item.key}", item.title, f"#{self.key}-{item.key}") for item in self.examples]


@dataclass(frozen=True, slots=True)
class Sample:
    """Things of this portal to call: a dataset, a table with two of its columns, a layer's file."""

    dataset: str = "nama-dataset"
    agency: str = "nama-organisasi"
    tag: str = "penduduk"
    table: str = ""
    column: str = ""
    value: str = ""
    layer_url: str = ""

    @classmethod
    def of(cls, pages: Iterable[tuple[str, Mapping[str, Any]]], base: str) -> Sample:
        """From the newest datasets (name, page document), the first that has each thing."""
        found: dict[str, str] = {}
        for name, page in pages:
            words = page["metadata"].get("kata_kunci") or ()
            found.setdefault("dataset", name)
            found.setdefault("agency", page["agency"]["name"])
            if words:
                found.setdefault("tag", str(words[0]))
            for item in page["resources"]:
                if item["table"] and "table" not in found:
                    shown = [column for column in item["columns"] if column.get("public", True)]
                    found |= {"table": item["id"], "column": shown[0]["name"] if shown else ""}
                files = [file for file in item["files"] if file["format"].lower() in ("gpkg", "geojson")]
                if item["layer"] and files:
                    found.setdefault("layer_url", base + files[0]["url"])
        return cls(**found)


def groups_of(actions: Registry, document: OpenApi, sample: Sample, base: str, wanted: str = "") -> list[Group]:
    """The groups of a side's actions; with `wanted` only actions whose name or help holds every word of it."""
    words = wanted.lower().split()
    found: list[Group] = []
    for key, items in grouped(actions.values()):
        kept = [item for item in items if all(word in f"{item.name} {item.help}".lower() for word in words)]
        if kept:
            entries = tuple(_entry(item, document.arguments(item, actions)) for item in kept)
            shown = _examples(key, sample, base)
            if key == "package" and "package_patch" in actions:
                shown += _writing(sample, base)
            found.append(Group(key, title_of(key), entries, tuple(shown)))
    return found


def _entry(action: Action, schema: Schema) -> ActionEntry:
    required = set(schema.get("required", ()))
    parameters = tuple(
        Parameter(name, _kind(inner), name in required, _default(inner))
        for name, inner in schema.get("properties", {}).items()
    )
    return ActionEntry(action.name, " ".join(action.help.split()), action.writes, parameters)


def _kind(schema: Schema) -> str:
    if schema.get("format") == "binary":
        return "file"
    if "enum" in schema:
        return " | ".join(str(value) for value in schema["enum"])
    kinds = [str(item.get("type", "object")) for item in schema.get("anyOf", ())]
    return str(schema.get("type") or " | ".join(dict.fromkeys(kinds)) or "JSON")


def _default(schema: Schema) -> str:
    value = schema.get("default", "")
    return "" if value in ("", [], None) else str(value).lower() if isinstance(value, bool) else str(value)


def _writing(sample: Sample, base: str) -> list[Example]:
    """A change, with a token; only the office has such actions."""
    return examples.write(base, "package_patch", {"id": sample.dataset, "version": "2"})


def _examples(group: str, sample: Sample, base: str) -> list[Example]:
    """What a group is first asked for, with this portal's own things."""
    calls: dict[str, tuple[str, dict[str, object], str]] = {
        "package": ("package_search", {"q": sample.tag, "rows": 5}, "result.count"),
        "organization": ("organization_show", {"id": sample.agency}, "result.title"),
        "group": ("group_list", {"all_fields": "true"}, "result"),
        "tag": ("tag_list", {"query": sample.tag[:4]}, "result"),
        "site": ("status_show", {}, "result.ckan_version"),
    }
    if group == "datastore" and sample.table:
        asked: dict[str, object] = {"resource_id": sample.table, "limit": 5}
        if sample.column:
            asked["sort"] = sample.column
        shown = examples.call(base, "datastore_search", asked, "result.records")
        return shown + [item for item in examples.table(base, sample.table) if item.key == "qgis"]
    if group == "resource" and (sample.layer_url or sample.table):
        return examples.layer(sample.layer_url) if sample.layer_url else examples.table(base, sample.table)
    return examples.call(base, *calls[group]) if group in calls else []
