"""Columns of a staged layer: plain identifiers from names in the file, and values that fit their type."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence

import numpy as np

from geo.findings import Finding, Param, Severity
from geo.formats.base import Column, RawField
from geo.layers.types import FieldType, LayerChoice, LayerField

RESERVED = frozenset({"_id", "geom", "tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"})
MAX_BYTES = 60
_INTEGER = re.compile(r"[+-]?\d{1,18}\Z", re.ASCII)
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?\Z", re.ASCII)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}\Z", re.ASCII)
_TIMESTAMP = re.compile(r"\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2}(\.\d+)?)?)?\Z", re.ASCII)
_BOOLEANS = {
    "true": "true", "t": "true", "1": "true", "ya": "true", "y": "true",
    "false": "false", "f": "false", "0": "false", "tidak": "false", "n": "false",
}  # fmt: skip


def identifier(title: str) -> str:
    """A plain column name: lower case ASCII letters, digits and underscores, not starting with a digit."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().casefold()
    name = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:MAX_BYTES]
    if not name:
        return "kolom"
    return f"kolom_{name}"[:MAX_BYTES] if name[0].isdigit() else name


def fields_of(raw: Sequence[RawField], choice: LayerChoice, samples: Sequence[Column] = ()) -> tuple[LayerField, ...]:
    """The kept attributes in file order, with unique identifiers and the types the officer set."""
    taken = set(RESERVED)
    fields: list[LayerField] = []
    for index, one in enumerate(raw):
        if one.title in choice.skip_fields:
            continue
        base = identifier(one.title)
        name, number = base, 2
        while name in taken:
            name, number = f"{base}_{number}", number + 1
        taken.add(name)
        shown = samples[index] if index < len(samples) else ()
        values = tuple(dict.fromkeys(value[:100] for value in shown if value))[:5]
        fields.append(LayerField(name, one.title, choice.types.get(one.title, one.type), values))
    return tuple(fields)


class Conform:
    """Makes the values of one column fit its type; what doesn't fit becomes null and a finding."""

    def __init__(self, field: LayerField) -> None:
        self._field = field
        self._read = _READERS[field.type]
        self.findings: list[Finding] = []
        self.count = 0

    def __call__(self, start: int, values: Column) -> Column:
        fitted: list[str | None] = []
        for number, value in enumerate(values, start):
            if value is None:
                fitted.append(None)
                continue
            read = self._read(value)
            if read is None:
                self._odd(number, value)
            fitted.append(read)
        return fitted

    def _odd(self, number: int, value: str) -> None:
        self.count += 1
        if len(self.findings) >= 20:
            return
        text = "Fitur {feature}: nilai “{value}” pada kolom {column} bukan {type}; dikosongkan."
        params: dict[str, Param] = {
            "feature": number, "value": value[:60], "column": self._field.title, "type": _NAMES[self._field.type],
        }  # fmt: skip
        self.findings.append(
            Finding(
                "V4.nilai_tidak_cocok", Severity.PERINGATAN, text, params,
                column=self._field.title, value=value, feature=number,
            )
        )  # fmt: skip


def _integer(value: str) -> str | None:
    text = value.strip()
    if text.endswith(".0"):
        text = text[:-2]
    return text if _INTEGER.match(text) else None


def _number(value: str) -> str | None:
    text = value.strip()
    return text if _NUMBER.match(text) else None


def _dated(pattern: re.Pattern[str]) -> Callable[[str], str | None]:
    def read(value: str) -> str | None:
        text = value.strip()
        if not pattern.match(text):
            return None
        try:
            np.datetime64(text.replace(" ", "T"))
        except ValueError:
            return None
        return None if text.startswith("0000") else text

    return read


_READERS: dict[FieldType, Callable[[str], str | None]] = {
    FieldType.TEXT: lambda value: value,
    FieldType.INTEGER: _integer,
    FieldType.NUMBER: _number,
    FieldType.BOOLEAN: lambda value: _BOOLEANS.get(value.strip().casefold()),
    FieldType.DATE: _dated(_DATE),
    FieldType.TIMESTAMP: _dated(_TIMESTAMP),
}
_NAMES = {
    FieldType.TEXT: "teks",
    FieldType.INTEGER: "bilangan bulat",
    FieldType.NUMBER: "bilangan",
    FieldType.BOOLEAN: "benar/salah",
    FieldType.DATE: "tanggal",
    FieldType.TIMESTAMP: "waktu",
}
