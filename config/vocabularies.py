"""Code lists read once from `config/codes/*.csv` into frozen rows; lookups are by code."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

CODES = Path(__file__).parent / "codes"


@dataclass(frozen=True, slots=True)
class Licence:
    """A licence under its CKAN id; `is_open` is CKAN's `isopen` (Open Definition or OSI approved)."""

    id: str
    title: str
    title_id: str
    url: str
    is_open: bool
    domain_content: bool
    domain_data: bool
    domain_software: bool
    is_generic: bool
    od_conformance: str
    osd_conformance: str
    family: str

    def as_ckan(self) -> dict[str, str | bool]:
        """The row of CKAN's `license_list`, with the keys CKAN 2.11 sends."""
        return {
            "id": self.id,
            "title": self.title,
            "url": self.url,
            "status": "active",
            "maintainer": "",
            "family": self.family,
            "is_generic": self.is_generic,
            "domain_content": self.domain_content,
            "domain_data": self.domain_data,
            "domain_software": self.domain_software,
            "od_conformance": self.od_conformance,
            "osd_conformance": self.osd_conformance,
        }


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of measure; `decimals` is the usual number of decimals when shown."""

    code: str
    label: str
    label_en: str
    symbol: str
    dimension: str
    decimals: int


@dataclass(frozen=True, slots=True)
class Frequency:
    """How often a dataset is renewed; `months` or `days` is the period, both 0 where there is none."""

    code: str
    label: str
    label_en: str
    months: int
    days: int
    dcat: str
    iso19115: str


@dataclass(frozen=True, slots=True)
class JenisData:
    """A data type of the source rule; `kind` is `statistik` or `geospasial` (BR 11(1))."""

    code: str
    label: str
    label_en: str
    kind: str
    source: str


@dataclass(frozen=True, slots=True)
class Tingkat:
    """A level of presentation (`tingkat_penyajian`, BR 8(2))."""

    code: str
    label: str
    label_en: str


@dataclass(frozen=True, slots=True)
class KugiCategory:
    """A category of the Indonesian geographic feature catalogue, with its ISO 19115 topic."""

    version: str
    code: str
    label: str
    label_en: str
    iso_topic: str


@dataclass(frozen=True, slots=True)
class Format:
    """A file format; `kind` is tabel, lapisan, citra, dokumen or arsip."""

    code: str
    label: str
    media_type: str
    extensions: tuple[str, ...]
    kind: str
    machine_readable: bool
    open: bool


@dataclass(frozen=True, slots=True)
class Indicator:
    """A key figure of a place, and how a column dictionary names it.

    A column is one when its unit is in `units` and its label in `labels` (or its concept in `concepts` and its name
    that of a total); `tags` find the datasets. `additive`: the parts of a region add up to it. `per`: where no table
    has it, it is the first of these two indicators divided by the second.
    """

    code: str
    label: str
    label_en: str
    units: frozenset[str]
    labels: frozenset[str]
    concepts: frozenset[str]
    tags: frozenset[str]
    additive: bool
    per: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SubjectGroup:
    """A subject group as the regulation writes it (`verbatim`) and as it is shown (`label`)."""

    set: str
    letter: str
    verbatim: str
    label: str
    label_en: str
    slug: str
    summary: str
    map_set: str
    map_letter: str


def read_rows(name: str) -> list[dict[str, str]]:
    """Rows of `config/codes/<name>.csv` as text, header names as keys."""
    with (CODES / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _flag(value: str) -> bool:
    return {"true": True, "false": False}[value]


@lru_cache(maxsize=1)
def licences() -> Mapping[str, Licence]:
    """Licences by CKAN id, in CKAN's order, our additions last."""
    flags = ("is_open", "domain_content", "domain_data", "domain_software", "is_generic")
    rows = [{k: _flag(v) if k in flags else v for k, v in row.items()} for row in read_rows("licenses")]
    return MappingProxyType({str(row["id"]): Licence(**row) for row in rows})  # type: ignore[arg-type]


@lru_cache(maxsize=1)
def units() -> Mapping[str, Unit]:
    """Units by code."""
    rows = read_rows("units")
    return MappingProxyType(
        {
            r["code"]: Unit(r["code"], r["label"], r["label_en"], r["symbol"], r["dimension"], int(r["decimals"]))
            for r in rows
        }
    )


@lru_cache(maxsize=1)
def frequencies() -> Mapping[str, Frequency]:
    """Update frequencies by code (domain specification, section 9)."""
    rows = read_rows("frequencies")
    return MappingProxyType(
        {
            r["code"]: Frequency(
                r["code"],
                r["label"],
                r["label_en"],
                int(r["months"]),
                int(r["days"]),
                r["dcat"],
                r["iso19115"],
            )
            for r in rows
        }
    )


@lru_cache(maxsize=1)
def jenis_data() -> Mapping[str, JenisData]:
    """The five data types by code (BR 11(1))."""
    return MappingProxyType({row["code"]: JenisData(**row) for row in read_rows("jenis_data")})


@lru_cache(maxsize=1)
def tingkat_penyajian() -> Mapping[str, Tingkat]:
    """Levels of presentation by code."""
    return MappingProxyType({row["code"]: Tingkat(**row) for row in read_rows("tingkat_penyajian")})


@lru_cache(maxsize=1)
def kugi_categories() -> Mapping[str, KugiCategory]:
    """KUGI categories of version 4 by code."""
    return MappingProxyType({row["code"]: KugiCategory(**row) for row in read_rows("kugi")})


@lru_cache(maxsize=1)
def formats() -> Mapping[str, Format]:
    """File formats by code."""
    return MappingProxyType(
        {
            r["code"]: Format(
                r["code"],
                r["label"],
                r["media_type"],
                tuple(r["extensions"].split()),
                r["kind"],
                _flag(r["machine_readable"]),
                _flag(r["open"]),
            )
            for r in read_rows("formats")
        }
    )


@lru_cache(maxsize=1)
def indicators() -> Mapping[str, Indicator]:
    """Key figures of places by code, in the order of the page."""

    def parts(text: str) -> tuple[str, ...]:
        return tuple(part for part in text.split("|") if part)

    return MappingProxyType(
        {
            r["code"]: Indicator(
                r["code"],
                r["label"],
                r["label_en"],
                frozenset(parts(r["units"])),
                frozenset(parts(r["labels"])),
                frozenset(parts(r["concepts"])),
                frozenset(parts(r["tags"])),
                _flag(r["additive"]),
                parts(r["per"]),
            )
            for r in read_rows("indicators")
        }
    )


@lru_cache(maxsize=1)
def _groups() -> Mapping[str, tuple[SubjectGroup, ...]]:
    sets: dict[str, list[SubjectGroup]] = {}
    for row in read_rows("subject_groups"):
        sets.setdefault(row["set"], []).append(SubjectGroup(**row))
    return MappingProxyType({name: tuple(groups) for name, groups in sets.items()})


def subject_group_sets() -> tuple[str, ...]:
    """Names of the shipped sets."""
    return tuple(_groups())


def subject_groups(name: str) -> tuple[SubjectGroup, ...]:
    """The groups of one set in the order of the regulation. Raises KeyError."""
    return _groups()[name]


def subject_group(name: str, letter: str) -> SubjectGroup:
    """One group of a set by its letter. Raises KeyError."""
    for group in _groups()[name]:
        if group.letter == letter:
            return group
    raise KeyError((name, letter))


def map_group(group: SubjectGroup, to_set: str) -> SubjectGroup:
    """The group of `to_set` that takes a dataset of `group` when a deployment switches sets.

    From 20 to 11 it is the default mapping of domain section 4; the way back, which is one to many
    there, takes the one group written in `subject_groups.csv`. Raises KeyError for another set.
    """
    if to_set == group.set:
        return group
    if to_set != group.map_set:
        raise KeyError(to_set)
    return subject_group(to_set, group.map_letter)


@lru_cache(maxsize=1)
def resource_formats() -> Mapping[str, str]:
    """The name that CKAN gives a resource's format, by that name, media type or another spelling in lower case."""
    found: dict[str, str] = {}
    for row in read_rows("resource_formats"):
        for spelling in (row["media_type"], row["format"], *row["also"].split(" | ")):
            if spelling:
                found[spelling.lower()] = row["format"]
    return MappingProxyType(found)
