"""Facets that plugins add to the search: their names and labels for pages and queries, their values for the index."""

from __future__ import annotations

from functools import lru_cache

from portal.contract.loader import discover
from portal.contract.metadata import DatasetMetadata
from portal.contract.plugin import FacetSpec


@lru_cache(maxsize=1)
def specs() -> tuple[FacetSpec, ...]:
    """The facets of every installed plugin, in the order of the plugins' names."""
    return tuple(facet for plugin in discover() for facet in plugin.facets)


def values(metadata: DatasetMetadata) -> dict[str, tuple[tuple[str, str], ...]]:
    """(value, label) pairs of one dataset by facet; facets without a value for it are left out."""
    known = specs()
    plain = metadata.model_dump(mode="json") if known else {}
    found = {spec.name: tuple(spec.values(plain)) for spec in known}
    return {name: pairs for name, pairs in found.items() if pairs}
