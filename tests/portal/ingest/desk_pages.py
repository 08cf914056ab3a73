"""The office application with people of every role, its worker at hand, and files to bring: for the page tests."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from flask.testing import FlaskClient

from portal.ingest import wiring
from portal.kernel.identity import Role
from portal.operations.jobs import JobRefused
from portal.web.request import Runtime
from search import postgres_schema
from tests.apps import Office, dispose, make_office, make_worker, token_of
from tests.portal.ingest.house import CSV, run_of
from tests.support import Databases

MESSY = (
    b"Jumlah Posyandu per Kecamatan;;;\n"
    b"Kabupaten Brebes;;;\n"
    b"Kode Wilayah;Kecamatan;Tahun;Jumlah Posyandu\n"
    b"33.29.01;Salem;2024;102\n"
    b"33.29.02;Bantarkawung;2024;96\n"
    b"33.29.03;Bumiayu;2024;belum ada\n"
    b"33.29.04;Paguyangan;2024;110\n"
    b"33.29.05;Sirampog;2024;88\n"
    b"Sumber: Dinas Kesehatan;;;\n"
)
ANSWERS = {
    "judul": "Jumlah Puskesmas per Kecamatan 2024",
    "deskripsi": "Jumlah puskesmas menurut kecamatan.",
    "instansi_penerbit": "Dinas Kesehatan",
    "produsen_data": "Bidang Pelayanan Kesehatan",
    "kontak": "data@contoh.id",
    "sumber_data": "Dinas Kesehatan",
    "metode_pengumpulan": "Catatan kerja puskesmas.",
    "tanggal_pengambilan": "2025-01-15",
    "jenis_data": "statistik_khusus",
    "kelompok": "sosial",
    "kata_kunci": "puskesmas, kesehatan",
    "tingkat_penyajian": "kecamatan",
    "cakupan_wilayah": "33.29",
    "periode_dari": "2024",
    "periode_sampai": "2024",
    "frekuensi": "tahunan",
    "lisensi": "cc-by",
    "retensi": "10 tahun",
    "bahasa": "id",
}


def layer() -> bytes:
    """Two squares in Brebes as GeoJSON; the second crosses itself."""
    good = [[108.9, -7.0], [109.0, -7.0], [109.0, -6.9], [108.9, -6.9], [108.9, -7.0]]
    bow = [[108.8, -7.1], [108.9, -7.0], [108.9, -7.1], [108.8, -7.0], [108.8, -7.1]]
    features = [
        {"type": "Feature", "properties": {"nama": name}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
        for name, ring in (("Zona A", good), ("Zona B", bow))
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


@dataclass
class Pages:
    """The application, an eye into the office database, signed-in browsers."""

    office: Office
    worker: Runtime
    eye: psycopg.Connection[Any]
    browsers: dict[str, FlaskClient] = field(default_factory=dict)

    def as_(self, name: str) -> FlaskClient:
        """The browser of that person."""
        if name not in self.browsers:
            self.browsers[name] = self.office.sign_in(name)
        return self.browsers[name]

    def text(self, name: str, path: str, status: int = 200) -> str:
        """A page as that person sees it."""
        answer = self.as_(name).get(path)
        assert answer.status_code == status, (path, answer.status_code, answer.get_data(as_text=True)[:1500])
        return answer.get_data(as_text=True)

    def post(self, who: str, path: str, status: int = 303, **fields: Any) -> Any:
        """Post a form; its token is that of the account page."""
        client = self.as_(who)
        data = {"csrf_token": token_of(client, "/akun"), **fields}
        answer = client.post(path, data=data, content_type="multipart/form-data")
        assert answer.status_code == status, (path, answer.status_code, plain(answer.get_data(as_text=True))[:1500])
        return answer

    def work(self) -> None:
        """Run the waiting jobs in this thread."""
        by_name = {task.name: task.handler for task in wiring.tasks(self.worker)}
        while True:
            row = self.eye.execute(
                "DELETE FROM jobs.procrastinate_jobs WHERE id = (SELECT min(id) FROM jobs.procrastinate_jobs"
                " WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now()))"
                " RETURNING id, task_name, args"
            ).fetchone()
            if row is None:
                return
            state = "succeeded"
            try:
                by_name[row[1]](run_of(row[2]))
            except JobRefused:
                state = "refused"
            with suppress(psycopg.Error):
                self.eye.execute(
                    "UPDATE operations.progress SET state = %s, percent = 100, finished = now() WHERE job_id = %s",
                    (state, row[0]),
                )

    def agency(self, name: str = "dinas-kesehatan") -> UUID:
        """An agency's id."""
        return self.office.agency(name)

    def new(self, *files: tuple[bytes, str], who: str = "siti") -> UUID:
        """A dataset from plain files (no script); its id."""
        answer = self.post(
            who, f"/unggah/{self.agency()}", berkas=[(io.BytesIO(data), name) for data, name in files], **stars()
        )
        self.work()
        return UUID(answer.location.split("/data/", 1)[1][:36])

    def resource(self, dataset_id: UUID, position: int = 0) -> UUID:
        """The id of a file of the dataset."""
        row = self.eye.execute(
            "SELECT id FROM vault.resource WHERE dataset_id = %s ORDER BY version DESC, position OFFSET %s LIMIT 1",
            (dataset_id, position),
        ).fetchone()
        assert row is not None
        return UUID(str(row[0]))

    def loaded(self, who: str = "siti", data: bytes = CSV, name: str = "puskesmas.csv", **answers: Any) -> UUID:
        """A dataset with one loaded file and complete metadata."""
        dataset_id = self.new((data, name), who=who)
        self.post(who, f"/data/{dataset_id}/berkas/{self.resource(dataset_id)}/pilihan", tindakan="muat")
        self.work()
        self.describe(dataset_id, who, **answers)
        return dataset_id

    def describe(self, dataset_id: UUID, who: str = "siti", status: int = 303, **answers: Any) -> Any:
        """Fill the editor in as a person does."""
        page = self.text(who, f"/data/{dataset_id}/keterangan")
        hidden = {"token": value(page, "token"), "dasar": value(page, "dasar")}
        return self.post(who, f"/data/{dataset_id}/keterangan", status, **{**ANSWERS, **hidden, **answers})

    def submitted(self, **answers: Any) -> UUID:
        """A dataset that waits for its checker."""
        dataset_id = self.loaded(**answers)
        self.post("siti", f"/data/{dataset_id}/ajukan")
        return dataset_id

    def released(self, **answers: Any) -> UUID:
        """The whole way out."""
        dataset_id = self.submitted(**answers)
        self.post("wati", f"/data/{dataset_id}/periksa/validasi", minutes="BA-1/2026", method="Pencocokan")
        self.post("kepala", f"/data/{dataset_id}/persetujuan", acts="publikasi")
        self.post("pita", f"/data/{dataset_id}/tetapkan", sifat="publik")
        self.post("wati", f"/data/{dataset_id}/rilis")
        self.work()
        return dataset_id

    def state(self, dataset_id: UUID) -> str:
        """State of the newest version."""
        row = self.eye.execute(
            "SELECT state FROM vault.version WHERE dataset_id = %s ORDER BY version DESC LIMIT 1", (dataset_id,)
        ).fetchone()
        assert row is not None
        return str(row[0])


def stars() -> dict[str, Any]:
    """The five fields as the upload page posts them."""
    names = ("instansi_penerbit", "sumber_data", "metode_pengumpulan", "tanggal_pengambilan")
    return {name: ANSWERS[name] for name in names}


def value(page: str, name: str) -> str:
    """The value of a hidden field."""
    import html

    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None, name
    return html.unescape(found[1])


def plain(page: str) -> str:
    """The words of a page's main part."""
    import html

    main = page.split("<main", 1)[-1].split("</main>", 1)[0]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", main)).split())


def _search_schema(url: str, *roles: str) -> None:
    with psycopg.connect(url) as connection:
        found = connection.execute("SELECT to_regclass('search.document')").fetchone()
        if found is not None and found[0] is None:
            for statement in (*postgres_schema.ddl(), *postgres_schema.grants(writers=roles)):
                connection.execute(statement)


@contextmanager
def made_pages(databases: Databases, folder: Path) -> Iterator[Pages]:
    """The application with its people; closed at the end."""
    _search_schema(databases.superuser("public"), databases.roles.publisher)
    _search_schema(databases.superuser("office"), databases.roles.office)
    office, worker = make_office(databases, folder), make_worker(databases, folder)
    contact = {"contact": {"email": "data@contoh.id"}}
    health = office.agency("dinas-kesehatan", **contact)
    keeper = office.agency("diskominfotik", **contact)
    office.person("siti", Role.PRODUSEN, Role.GIS, agency=health)
    office.person("sari", Role.PRODUSEN, agency=health)
    office.person("kepala", Role.KEPALA_OPD, agency=health)
    office.person("wati", Role.WALIDATA, agency=keeper)
    office.person("pita", Role.PPID, agency=keeper)
    office.person("budi", Role.PEMBINA, agency=office.agency("bps"))
    office.person("tono", Role.PRODUSEN, agency=office.agency("dinas-pertanian", **contact))
    office.person("ayu", Role.ADMIN, agency=keeper)
    office.person("pekerja", agency=keeper, service=True)
    with psycopg.connect(databases.superuser("office"), autocommit=True) as eye:
        try:
            yield Pages(office, worker, eye)
        finally:
            dispose(office.runtime)
            dispose(worker)
