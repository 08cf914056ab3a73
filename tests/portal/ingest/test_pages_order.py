"""Office pages around a dataset: order of its files, archiving, the name that follows its title."""

from __future__ import annotations

import re
from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.ingest.forms_files import moved
from portal.kernel.errors import Invalid
from tests.portal.ingest.desk_pages import CSV, Pages, made_pages, plain
from tests.support import Databases


@pytest.fixture(scope="module")
def pages(module_databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    with made_pages(module_databases, tmp_path_factory.mktemp("urutan")) as made:
        yield made


def names(pages: Pages, dataset_id: UUID) -> list[str]:
    """Files as the page lists them."""
    text = pages.text("siti", f"/data/{dataset_id}").split('id="berkas"', 1)[1].split("</ul>", 1)[0]
    return re.findall(r'class="go"[^>]*><strong>([^<]+)', text)


def slug(pages: Pages, dataset_id: UUID) -> str:
    row = pages.eye.execute("SELECT name FROM vault.dataset WHERE id = %s", (dataset_id,)).fetchone()
    assert row is not None
    return str(row[0])


def test_files_are_put_in_order_by_buttons(pages: Pages) -> None:
    dataset_id = pages.new(
        (CSV, "satu.csv"), (CSV.replace(b"3", b"4"), "dua.csv"), (CSV.replace(b"3", b"5"), "tiga.csv")
    )
    before = names(pages, dataset_id)
    assert len(before) == 3
    last = str(pages.resource(dataset_id, 2))
    answer = pages.post("siti", f"/data/{dataset_id}/berkas/urutan", berkas=last, arah="naik")
    assert names(pages, dataset_id) == [before[0], before[2], before[1]]
    page = pages.text("siti", answer.headers["Location"])
    assert answer.headers["Location"].endswith(f"#naik-{last}"), "the keyboard stays on the button that was pressed"
    assert f'id="naik-{last}"' in page
    assert f"{before[2]} sekarang di urutan 2 dari 3." in plain(page)
    top = pages.post("siti", f"/data/{dataset_id}/berkas/urutan", berkas=last, arah="naik")
    assert names(pages, dataset_id)[0] == before[2]
    assert top.headers["Location"].endswith(f"#turun-{last}"), "at the top only the other button works"
    pages.post("siti", f"/data/{dataset_id}/berkas/urutan", berkas=last, arah="naik")
    assert names(pages, dataset_id)[0] == before[2], "at the top it stays"
    assert "Urutan berkas diubah" in plain(pages.text("siti", f"/data/{dataset_id}"))


def test_an_order_of_something_else_is_refused(pages: Pages) -> None:
    dataset_id = pages.new((CSV, "satu.csv"))
    at = f"/data/{dataset_id}/berkas/urutan"
    assert "tidak ada dalam dataset ini" in plain(
        pages.post("siti", at, 422, berkas=str(uuid4()), arah="naik").get_data(as_text=True)
    )
    pages.post("siti", at, 422, berkas="bukan", arah="naik")
    pages.post("tono", at, 404, berkas=str(pages.resource(dataset_id)), arah="naik")
    assert "Naikkan" not in pages.text("siti", f"/data/{dataset_id}"), "one file needs no order"


@given(st.lists(st.uuids(), min_size=1, max_size=6, unique=True), st.data())
def test_moving_keeps_every_file_once(order: list[UUID], data: st.DataObject) -> None:
    wanted, step = data.draw(st.sampled_from(order)), data.draw(st.sampled_from((-1, 1)))
    found = moved(order, wanted, step)
    assert sorted(found) == sorted(order)
    assert abs(found.index(wanted) - order.index(wanted)) <= 1
    with pytest.raises(Invalid):
        moved(order, None, step)


def test_a_dataset_is_archived_with_reason_and_place(pages: Pages) -> None:
    dataset_id = pages.submitted(judul="Jumlah polindes")
    at = f"/data/{dataset_id}/arsipkan"
    assert pages.as_("siti").get(at).status_code == 403
    page = pages.text("wati", at)
    assert "Masa simpan yang tertulis: 10 tahun." in page
    assert "tidak dapat dibatalkan" in plain(page)
    refused = pages.post("wati", at, 422, why=" ", place="Depo 1")
    assert "Sebutkan aturan retensinya" in plain(refused.get_data(as_text=True))
    assert 'value="Depo 1"' in refused.get_data(as_text=True)
    pages.post("wati", at, why="Jadwal retensi arsip 2020: 10 tahun", place="Depo 1, boks 7")
    assert pages.state(dataset_id) == "diarsipkan"
    detail = pages.eye.execute(
        "SELECT detail, why FROM vault.transition WHERE dataset_id = %s AND to_state = 'diarsipkan'", (dataset_id,)
    ).fetchone()
    assert detail is not None
    assert detail[0]["place"] == "Depo 1, boks 7"
    assert "Diarsipkan" in plain(pages.text("siti", f"/data/{dataset_id}"))
    assert f'{at}"' not in pages.text("wati", f"/data/{dataset_id}"), "once is enough"


def test_what_is_out_is_withdrawn_before_it_is_archived(pages: Pages) -> None:
    dataset_id = pages.released(judul="Jumlah pustu")
    pages.post("siti", f"/data/{dataset_id}/versi-baru")
    assert pages.as_("wati").get(f"/data/{dataset_id}/arsipkan").status_code == 403
    refused = pages.post("wati", f"/data/{dataset_id}/arsipkan", 403, why="Retensi")
    assert refused.status_code == 403
    assert pages.state(dataset_id) != "diarsipkan"


def test_the_name_follows_the_title_until_it_is_set_by_hand(pages: Pages) -> None:
    dataset_id = pages.loaded(judul="Luas panen padi")
    assert slug(pages, dataset_id) == "luas-panen-padi"
    pages.describe(dataset_id, judul="Luas panen padi sawah", name="luas-panen-padi")
    assert slug(pages, dataset_id) == "luas-panen-padi-sawah"
    other = pages.loaded(judul="Luas panen padi sawah", data=CSV.replace(b"3", b"7"))
    assert slug(pages, other) == "luas-panen-padi-sawah-2", "names are unique within the agency"
    pages.describe(dataset_id, judul="Luas panen padi sawah", name="panen")
    pages.describe(dataset_id, judul="Luas panen padi ladang", name="panen")
    assert slug(pages, dataset_id) == "panen"


def test_the_name_of_what_has_been_out_stays(pages: Pages) -> None:
    dataset_id = pages.released(judul="Jumlah klinik")
    pages.post("siti", f"/data/{dataset_id}/versi-baru")
    pages.describe(dataset_id, judul="Jumlah klinik swasta", name=slug(pages, dataset_id))
    assert slug(pages, dataset_id) == "jumlah-klinik"
