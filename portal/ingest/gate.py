"""What stands between a checked version and the public: one list of reasons, asked at submission and at release."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from geo.findings import Finding
from portal.access.rows import ClassificationRow, FindingRow, ResourceRow
from portal.contract.metadata import ColumnEntry, DatasetMetadata, owed
from portal.ingest import live_drafts
from portal.ingest.checks import dictionary_findings, metadata_findings, personal_in_texts
from portal.ingest.desk import Desk, OpenDataset
from portal.ingest.findings import BPS_RULE, BPS_SILENT_RULE, SPOKEN_RULES, blocking, to_rows
from portal.ingest.lifecycle import State
from portal.kernel.errors import Conflict, Invalid
from portal.kernel.texts import gettext as _


@dataclass(frozen=True, slots=True)
class Readiness:
    """What a version still owes. Empty everywhere: it may go on."""

    owed: tuple[str, ...]
    unloaded: tuple[str, ...]
    blocking: tuple[FindingRow, ...]
    no_resource: bool

    @property
    def ready(self) -> bool:
        """Whether nothing is owed."""
        return not (self.owed or self.unloaded or self.blocking or self.no_resource)

    def require(self) -> None:
        """Raise Invalid that lists everything at once: fields, files, findings with their places."""
        if self.ready:
            return
        fields: dict[str, tuple[str, ...]] = {name: (_("Wajib diisi."),) for name in self.owed}
        if self.no_resource:
            fields["berkas"] = (_("Belum ada berkas."),)
        if self.unloaded:
            fields["berkas"] = tuple(_("%(name)s belum dimuat.", name=name) for name in self.unloaded)
        raise Invalid(
            _("Masih ada yang perlu dilengkapi atau diperbaiki."),
            fields=fields,
            rule="V1.belum_lengkap" if fields else "galat",
            findings=self.blocking,
        )


def texts(metadata: DatasetMetadata, resources: Sequence[ResourceRow]) -> dict[str, str]:
    """Every free text that would be published with the version."""
    named = (
        "judul",
        "deskripsi",
        "kontak",
        "produsen_data",
        "sumber_data",
        "metode_pengumpulan",
        "catatan_versi",
        "mutu",
    )
    found = {name: str(getattr(metadata, name)) for name in named}
    found |= {f"extras.{name}": value for name, value in metadata.extras.items()}
    for row in resources:
        found[f"berkas.{row.filename}"] = f"{row.name}\n{row.description}"
    return found


def version_findings(
    desk: Desk, metadata: DatasetMetadata, resources: Sequence[ResourceRow], names: dict[str, list[str]]
) -> list[Finding]:
    """V1, V2, V3, V9 over the metadata and V11 over dictionaries; `names` are the loaded columns by bulk table."""
    found = [
        *metadata_findings(metadata, desk.profile),
        *personal_in_texts(texts(metadata, resources)),
    ]
    for row in resources:
        if row.table_name in names:
            entries = [ColumnEntry.model_validate(column) for column in row.columns]
            found += dictionary_findings(entries, names[row.table_name])
    return found


def readiness(opened: OpenDataset, *, express: bool = False) -> Readiness:
    """What the working version owes now, from the stored findings and the metadata.

    A version needs a file: a link alone has nothing to keep or to check (BR 16(7)). On the express lane it may have
    links only, or nothing, and metadata that stay owed are told, not asked for (decision 0016).
    """
    vault, version = opened.vault, opened.version.version
    resources = vault.resources.of_version(opened.id, version)
    rows = vault.findings.of_version(opened.id, version, limit=20_000)
    return Readiness(
        owed=() if express else owed(opened.metadata),
        unloaded=tuple(row.name for row in resources if row.state != "dimuat"),
        blocking=tuple(row for row in blocking(rows, resources) if not row.rule.startswith("V1.")),
        no_resource=not express and all(row.kind == "tautan" and not row.table_name for row in resources),
    )


def check_version(desk: Desk, opened: OpenDataset, *, express: bool = False) -> Readiness:
    """Run the checks of the version itself, keep their findings (and what people said), and tell what is owed."""
    vault, version = opened.vault, opened.version.version
    live_drafts.rescan(desk, opened)
    resources = vault.resources.of_version(opened.id, version)
    names = {row.table_name: loaded_columns(desk, row.table_name) for row in resources if row.table_name}
    found = to_rows(version_findings(desk, opened.metadata, resources, names), opened.id, version)
    spoken = [row for row in vault.findings.of_version(opened.id, version, limit=20_000) if row.rule in SPOKEN_RULES]
    vault.findings.replace(opened.id, version, None, [*spoken, *found])
    return readiness(opened, express=express)


def loaded_columns(desk: Desk, table: str) -> list[str]:
    """Columns of a bulk table without `_id` and geometry, in their order."""
    from sqlalchemy import text

    return list(
        desk.session.scalars(
            text(
                "SELECT a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
                " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'vault' AND c.relname = :name"
                " AND a.attnum > 0 AND NOT a.attisdropped AND a.attname NOT IN ('_id', 'geom') ORDER BY a.attnum"
            ),
            {"name": table},
        )
    )


def require_bps(desk: Desk, opened: OpenDataset) -> None:
    """T31 (BR 17(2)): sectoral statistics need BPS's opinion, or the record that it was invited and was silent."""
    policy = desk.profile.policy
    if opened.metadata.jenis_data != "statistik_sektoral" or not policy.bps_wajib_sektoral:
        return
    accepted = {BPS_RULE} | ({BPS_SILENT_RULE} if policy.bps_boleh_tanpa_jawaban else set())
    rows = opened.vault.findings.of_version(opened.id, opened.version.version, limit=20_000)
    if not any(row.rule in accepted for row in rows):
        raise Conflict(
            _("Statistik sektoral baru dapat divalidasi setelah pendapat BPS dicatat (BR 17)."), rule="T31.bps"
        )


def public_decision(opened: OpenDataset) -> ClassificationRow | None:
    """The decision that makes this version public, or None.

    A standing decision `publik` covers a new version as long as it brings no resource or public column that the
    classified version did not have; what is new needs a decision of its own (8.2).
    """
    if opened.subject.sifat != "publik":
        return None
    decisions = opened.vault.classifications.of_dataset(opened.id)
    last = next(iter(decisions), None)
    if last is None or last.sifat != "publik":
        return None
    if last.version == opened.version.version:
        return last
    now = _shape(opened.vault.resources.of_version(opened.id, opened.version.version))
    then = _shape(opened.vault.resources.of_version(opened.id, last.version))
    return last if now <= then else None


def _shape(resources: Sequence[ResourceRow]) -> set[tuple[str, str]]:
    found = {(str(row.id), "") for row in resources}
    for row in resources:
        found |= {(str(row.id), str(column["name"])) for column in row.columns if column.get("public") is not False}
    return found


def require_release(desk: Desk, opened: OpenDataset, *, express: bool = False) -> ClassificationRow:
    """Everything that a public release needs; the decision it stands on. `express`: an order of the API's lane.

    Raises Conflict with rule `T25.transisi`, `klasifikasi`, `T06.persetujuan`; Invalid with what is owed.
    """
    if opened.state is not State.VALIDATED:
        raise Conflict(
            _("Hanya versi yang tervalidasi dapat dirilis."), allowed=(str(State.VALIDATED),), rule="T25.transisi"
        )
    decision = public_decision(opened)
    if decision is None:
        raise Conflict(_("Dataset ini belum ditetapkan publik oleh PPID."), rule="klasifikasi")
    if express and not may_express(desk, opened.metadata):
        raise Conflict(_("Dataset ini tidak boleh terbit langsung lewat API."), rule="0016.jalur")
    if desk.profile.consent_required("publik") and not opened.subject.consented:
        raise Conflict(_("Persetujuan pemilik data untuk publikasi belum ada (PW 21(2))."), rule="T06.persetujuan")
    readiness(opened, express=express).require()
    return decision


def may_express(desk: Desk, metadata: DatasetMetadata) -> bool:
    """Whether the profile and the kind of data allow publishing at once: never sectoral statistics (BR 17(2))."""
    return desk.profile.policy.api_terbit_langsung and metadata.jenis_data != "statistik_sektoral"
