"""Automatic checks of domain.md section 7 that look at metadata, codes, dictionary and personal numbers.

The engines give V4 (types, missing values) and V8 (geometry, CRS) with their places. Here: V1 mandatory metadata,
V2 source rule, V3 codes valid at the data's period, V9 personal numbers, V11 schema equal to the dictionary.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from config import regions
from config.profile import Profile
from geo.findings import Finding, Severity, error, warning
from portal.contract.metadata import ColumnEntry, DatasetMetadata, owed
from portal.kernel.errors import Invalid
from portal.kernel.texts import gettext as _
from portal.quality.personal import hits

#: The value of a dictionary row's `codelist` that asks for check V3.
REGION_CODES = "wilayah"
_CODE_COLUMN = re.compile(
    r"^(kode|kd|id)_?(wilayah|kemendagri|kab|kabupaten|kota|kec|kecamatan|desa|kel|kelurahan|desa_kelurahan)$"
)


def source_rule(metadata: DatasetMetadata, profile: Profile) -> None:
    """Rule SR-1 (BR 12, T01): raises Invalid naming the rule when the source is not allowed for the data type.

    A draft that lacks one of the two passes: they are owed, and asked for before a file is taken.
    """
    if not metadata.jenis_data or not metadata.sumber_data:
        return
    rule = profile.source_rule(metadata.jenis_data)
    if rule.allows(metadata.sumber_data):
        return
    message = _(
        "Aturan SR-1: data berjenis %(kind)s hanya boleh bersumber dari %(names)s.",
        kind=metadata.jenis_data.replace("_", " "),
        names=", ".join(rule.names) or "-",
    )
    raise Invalid(message, fields={"sumber_data": (message,)}, rule="SR-1")


def metadata_findings(metadata: DatasetMetadata, profile: Profile) -> list[Finding]:
    """V1, V2 and V3 over the metadata; each with the field as its column."""
    found = [
        Finding(
            "V1.metadata_wajib", Severity.GALAT, "Metadata wajib belum diisi: {field}", {"field": name}, column=name
        )
        for name in owed(metadata)
    ]
    try:
        source_rule(metadata, profile)
    except Invalid as refusal:
        found.append(Finding("V2.sumber", Severity.GALAT, refusal.message, column="sumber_data"))
    on = metadata.periode.end or metadata.periode.start
    for code in metadata.cakupan_wilayah:
        fault = regions.check_code(code, on)
        if fault is not None:
            found.append(
                Finding(
                    f"V3.{fault.rule}",
                    Severity.GALAT,
                    fault.message.replace("{", "("),
                    column="cakupan_wilayah",
                    value=code,
                )
            )
    return found


def is_code_column(name: str) -> bool:
    """Whether a column's name says that it holds region codes of the Ministry of Home Affairs."""
    return _CODE_COLUMN.match(name) is not None


def dictionary_findings(entries: Sequence[ColumnEntry], columns: Iterable[str]) -> list[Finding]:
    """V11: the dictionary has exactly the columns that were loaded."""
    described, loaded = [entry.name for entry in entries], list(columns)
    found = [
        Finding(
            "V11.kolom_tanpa_kamus", Severity.GALAT, "Kolom {name} tidak ada dalam kamus data.", {"name": n}, column=n
        )
        for n in loaded
        if n not in described
    ]
    found += [
        Finding(
            "V11.kamus_tanpa_kolom",
            Severity.GALAT,
            "Kamus data memuat kolom {name} yang tidak ada di data.",
            {"name": n},
            column=n,
        )
        for n in described
        if n not in loaded
    ]
    return found


def schema_change(before: Sequence[str], after: Sequence[str]) -> list[Finding]:
    """V11 between versions: columns that came or went are told, since programs rely on them."""
    found = [
        Finding(
            "V11.kolom_hilang",
            Severity.PERINGATAN,
            "Kolom {name} pada versi sebelumnya tidak ada lagi.",
            {"name": name},
            column=name,
        )
        for name in before
        if name not in after
    ]
    found += [
        Finding("V11.kolom_baru", Severity.CATATAN, "Kolom {name} baru pada versi ini.", {"name": name}, column=name)
        for name in after
        if before and name not in before
    ]
    return found


def personal_finding(kind: str, column: str, row: int | None, masked: str, count: int = 1) -> Finding:
    """V9: a personal number in a column; the value is masked, for findings are read by more people than rows."""
    return Finding(
        f"V9.{kind}",
        Severity.GALAT,
        "Kolom {column} memuat {kind} ({count} sel). Hapus, samarkan, atau tandai kolom ini tidak publik.",
        {"column": column, "kind": kind.upper(), "count": count},
        row=row,
        column=column,
        value=masked,
        count=count,
    )


def personal_in_texts(texts: Mapping[str, str]) -> list[Finding]:
    """V9 over metadata: field name → text."""
    return [
        Finding(
            f"V9.{hit.kind}", Severity.GALAT, "Isian {field} memuat {kind}.", {"field": name, "kind": hit.kind.upper()},
            column=name, value=hit.masked,
        )
        for name, value in texts.items()
        for hit in hits(value)
    ]  # fmt: skip


def code_fault(value: str, on: date | None) -> Finding | None:
    """V3 for one cell (T29): a BPS code or one no longer in force blocks; one that our list lacks is a warning."""
    fault = regions.check_code(value, on)
    if fault is None:
        return None
    make = error if fault.rule in {"kode_bps", "tidak_berlaku"} else warning
    return make(f"V3.{fault.rule}", fault.message.replace("{", "("))
