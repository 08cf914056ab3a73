"""Column names: from any header text to a safe SQL identifier and a readable label."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from geo.findings import Finding
from geo.tables.messages import make

#: PostgreSQL's NAMEDATALEN less the closing NUL.
MAX_NAME_BYTES = 63
#: System columns of PostgreSQL that a table can't define anew.
_SYSTEM = frozenset({"oid", "tableoid", "xmin", "xmax", "cmin", "cmax", "ctid"})
_NOT_NAME = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Named:
    """A column's identifier and label."""

    name: str
    label: str


def identifier(text: str) -> str:
    """A lower-case ASCII identifier of 1..63 bytes, or "" when nothing in `text` can be kept.

    Never starts with an underscore (``_id`` and CKAN's ``_full_text`` are ours) nor with a digit.
    """
    spelled = text.replace("%", " persen ").replace("&", " dan ").replace("²", "2").replace("³", "3")
    folded = unicodedata.normalize("NFKD", spelled).encode("ascii", "ignore").decode().lower()
    name = _NOT_NAME.sub("_", folded).strip("_")
    if name and name[0].isdigit():
        name = f"k_{name}"
    name = name[:MAX_NAME_BYTES].strip("_")
    return f"{name}_" if name in _SYSTEM else name


def unique(name: str, taken: set[str]) -> str:
    """`name`, or with the first free suffix ``_2``, ``_3``…; adds it to `taken`."""
    candidate, number = name, 1
    while candidate in taken:
        number += 1
        suffix = f"_{number}"
        candidate = name[: MAX_NAME_BYTES - len(suffix)] + suffix
    taken.add(candidate)
    return candidate


def name_columns(labels: Sequence[str], sheet: str, has_header: bool = True) -> tuple[list[Named], list[Finding]]:
    """Names for header `labels`, with a finding for each repaired one (empty, or the same label again)."""
    taken: set[str] = set()
    seen: set[str] = set()
    named: list[Named] = []
    findings: list[Finding] = []
    for number, raw in enumerate(labels, start=1):
        label = re.sub(r"\s+", " ", raw.replace("\ufeff", "")).strip()
        name = unique(identifier(label) or f"kolom_{number}", taken)
        if not label:
            if has_header:
                findings.append(make("tabel.kepala_kosong", place=(sheet, None, name), number=number, name=name))
            label = f"Kolom {number}"
        elif label.casefold() in seen:
            findings.append(
                make("tabel.kepala_ganda", place=(sheet, None, name), label=label, number=number, name=name)
            )
        seen.add(label.casefold())
        named.append(Named(name, label))
    return named, findings
