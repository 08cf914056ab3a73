"""Features of an XML file, walked twice: once for what the file holds, once a batch at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, TypeVar

from geo.formats.base import BATCH, Batch, Column, RawField, as_geometries, too_many_fields
from geo.formats.markup import walk


@dataclass(slots=True)
class Feature:
    """One feature: its values as text by column, its shape, or in `fault` why the shape can't be read."""

    values: dict[str, str] = field(default_factory=dict)
    shape: Any = None
    fault: str = ""


F_co = TypeVar("F_co", bound=Feature, covariant=True)
F = TypeVar("F", bound=Feature)


class Document(Protocol[F_co]):
    """Takes the elements of a file; `ready` holds features that are complete, for the reader to take away."""

    @property
    def ready(self) -> Sequence[F_co]:
        """Complete features that nobody took yet."""

    @property
    def seen(self) -> int:
        """How many features there were so far."""

    @property
    def columns(self) -> int:
        """How many columns there were so far, in all layers."""

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """An element opens."""

    def end(self, name: str, text: str) -> None:
        """An element closes; `text` is its own."""

    def forget(self) -> None:
        """Empty `ready`."""


def survey(path: Path, document: Document[Any]) -> None:
    """Walk through the whole file. Raises `BadInputError` where it is broken or has too many columns."""
    for _ in walk(path, document.start, document.end, lambda: document.seen):
        document.forget()
        too_many_fields(document.columns)


def several(path: Path, document: Document[F], wanted: Callable[[F], bool]) -> Iterator[tuple[int, list[F]]]:
    """The wanted features in file order, at most `BATCH` at a time, with the number of the first (from 1)."""
    waiting: list[F] = []
    start = 1
    for _ in walk(path, document.start, document.end, lambda: document.seen):
        waiting += [one for one in document.ready if wanted(one)]
        document.forget()
        while len(waiting) >= BATCH:
            yield start, waiting[:BATCH]
            start, waiting = start + BATCH, waiting[BATCH:]
    if waiting:
        yield start, waiting


def batch(start: int, features: Sequence[Feature], fields: Sequence[RawField], loose: frozenset[int]) -> Batch:
    """The features as every format gives them; `loose` as in `Batch`."""
    columns: list[Column] = [[one.values.get(field.title) for one in features] for field in fields]
    faults = {number: one.fault for number, one in enumerate(features, start) if one.fault}
    shapes = as_geometries([None if one.fault else one.shape for one in features])
    return Batch(start, shapes, columns, faults, loose=loose)
