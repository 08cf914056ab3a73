"""The generator's datasets as a CKAN client sends them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from bench import generator


@lru_cache(maxsize=200_000)
def _source(number: int) -> dict[str, Any]:
    return generator.dataset(number)


def package(number: int) -> dict[str, Any]:
    """Dataset `number` as a CKAN client would send it."""
    made = _source(number)
    extras = [
        {"key": "tingkat_penyajian", "value": made["tingkat_penyajian"]},
        {"key": "frekuensi", "value": made["frekuensi"]},
    ]
    if made["bbox"]:
        extras.append({"key": "spatial", "value": json.dumps(polygon(made["bbox"]))})
    return {
        "name": made["name"],
        "title": made["title"],
        "notes": made["notes"],
        "author": made["author"],
        "maintainer": made["maintainer"],
        "license_id": made["license_id"],
        "owner_org": made["organization"]["name"][:100],
        "groups": [{"name": group["name"]} for group in made["groups"]],
        "tags": made["tags"],
        "extras": extras,
        "resources": [
            {"name": item["name"], "format": item["format"], "url": item["url"]} for item in made["resources"]
        ],
    }


def polygon(box: Sequence[float]) -> dict[str, Any]:
    """A box (west, south, east, north; EPSG:4326) as a GeoJSON polygon."""
    west, south, east, north = box
    return {
        "type": "Polygon",
        "coordinates": [[[west, south], [east, south], [east, north], [west, north], [west, south]]],
    }


def owners(size: int) -> tuple[dict[str, str], dict[str, str]]:
    """Name and title of every organisation and every group that the first `size` datasets name."""
    organizations: dict[str, str] = {}
    groups: dict[str, str] = {}
    for number in range(size):
        made = _source(number)
        organizations[made["organization"]["name"][:100]] = made["organization"]["title"]
        groups |= {group["name"]: group["title"] for group in made["groups"]}
    return organizations, groups
