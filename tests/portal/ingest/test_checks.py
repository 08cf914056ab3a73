"""The automatic checks, without a database: source rule, codes, dictionary, personal numbers."""

from __future__ import annotations

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.profile import load_profile
from portal.access.rows import FindingRow, ResourceRow
from portal.contract.metadata import ColumnEntry
from portal.ingest import checks, formats
from portal.ingest.assembling import whole
from portal.ingest.drafts import NAME, slug
from portal.ingest.findings import blocking
from portal.kernel.errors import Invalid
from tests.portal.ingest.house import metadata

PROFILE = load_profile("brebes")


@pytest.mark.parametrize(
    ("kind", "source", "fits"),
    [
        ("statistik_dasar", "BPS Kabupaten Brebes", True),
        ("statistik_dasar", "Dinas Kesehatan", False),
        ("geospasial_dasar", "BIG", True),
        ("geospasial_dasar", "Dinas Pekerjaan Umum", False),
        ("statistik_sektoral", "Dinas Kesehatan", True),
        ("geospasial_tematik", "Dinas Pekerjaan Umum", True),
    ],
)
def test_T01_source_rule(kind: str, source: str, fits: bool) -> None:
    given_metadata = metadata(jenis_data=kind, sumber_data=source)
    if fits:
        checks.source_rule(given_metadata, PROFILE)
        return
    with pytest.raises(Invalid) as refusal:
        checks.source_rule(given_metadata, PROFILE)
    assert refusal.value.rule == "SR-1"
    assert "SR-1" in refusal.value.message
    assert "sumber_data" in refusal.value.fields


def test_V1_V3_metadata_findings_name_the_field() -> None:
    found = checks.metadata_findings(metadata(deskripsi="", cakupan_wilayah=("99.99",)), PROFILE)
    assert {(item.rule, item.column) for item in found} == {
        ("V1.metadata_wajib", "deskripsi"),
        ("V3.tidak_dikenal", "cakupan_wilayah"),
    }


def test_V11_dictionary_and_schema_changes() -> None:
    entries = [ColumnEntry(name="a"), ColumnEntry(name="b")]
    assert [item.rule for item in checks.dictionary_findings(entries, ["a", "c"])] == [
        "V11.kolom_tanpa_kamus",
        "V11.kamus_tanpa_kolom",
    ]
    assert checks.schema_change([], ["a"]) == []
    assert [item.rule for item in checks.schema_change(["a"], ["b"])] == ["V11.kolom_hilang", "V11.kolom_baru"]


def resource(**changes: object) -> ResourceRow:
    values: dict[str, object] = {
        "id": uuid4(), "dataset_id": uuid4(), "version": 1, "name": "Data", "kind": "tabel", "format": "csv",
        "filename": "data.csv", "size": 1, "sha256": "0" * 64, "columns": ({"name": "nik", "public": True},),
    }  # fmt: skip
    return ResourceRow(**{**values, **changes})  # type: ignore[arg-type]


def test_a_personal_number_blocks_until_its_column_is_hidden() -> None:
    shown = resource()
    hidden = resource(id=shown.id, columns=({"name": "nik", "public": False},))
    row = FindingRow(
        dataset_id=shown.dataset_id, version=1, rule="V9.nik", severity="galat", message="", resource_id=shown.id,
        place={"column": "nik"},
    )  # fmt: skip
    assert blocking([row], [shown]) == [row]
    assert blocking([row], [hidden]) == []
    assert blocking([row], []) == []


def test_an_original_stays_inside_when_it_holds_more_than_is_published() -> None:
    plain = resource()
    assert whole(plain, [plain])
    hidden = resource(columns=({"name": "nik", "public": False},))
    cut = resource(choice={"read": {"columns": [{"position": 1, "drop": True}]}})
    left = resource(kind="layer", choice={"layer": {"skip_fields": ["nama"]}})
    assert not any(whole(row, [row]) for row in (hidden, cut, left))
    sheets = {"table": {"sheets": [{"name": "A", "rows": 3}, {"name": "B", "rows": 2}]}}
    first = resource(report=sheets, choice={"read": {"sheet": "A"}})
    second = resource(report=sheets, choice={"read": {"sheet": "B"}})
    assert not whole(first, [first])
    assert whole(first, [first, second])
    assert not whole(first, [first, resource(report=sheets, choice={"read": {"sheet": "B"}}, columns=hidden.columns)])


@pytest.mark.parametrize(
    ("name", "kept"), [("a/b\\data.CSV", "data.CSV"), ("x\n.csv", "x.csv"), ("c:\\d.xlsx", "d.xlsx")]
)
def test_file_names_lose_folders_and_control_characters(name: str, kept: str) -> None:
    assert formats.clean_filename(name) == kept


@pytest.mark.parametrize("name", ["", "   ", "/", ".csv", "..", "\n.csv"])
def test_a_file_without_a_name_is_refused(name: str) -> None:
    with pytest.raises(Invalid) as refusal:
        formats.clean_filename(name)
    assert refusal.value.rule == "berkas.nama"


@given(st.text(max_size=300))
def test_any_file_name_is_cleaned_or_refused(name: str) -> None:
    try:
        cleaned = formats.clean_filename(name)
    except Invalid:
        return
    assert 0 < len(cleaned) <= 200
    assert "/" not in cleaned
    assert cleaned.isprintable()


@given(st.text(max_size=300))
def test_any_title_makes_a_good_name(title: str) -> None:
    assert NAME.fullmatch(slug(title))
