"""Table and chart pages over a released table: what they show, add up, refuse and never run."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from html import unescape
from typing import Any
from urllib.parse import quote

import pytest

from tests.plugins.site import HOSTILE, YEARS, Site, figures, places


@pytest.fixture
def table(site: Site) -> str:
    return f"/tabel/{site.shown['tabel'].id}"


@pytest.fixture
def chart(site: Site) -> str:
    return f"/grafik/{site.shown['tabel'].id}"


def rows_of(text: str) -> list[list[str]]:
    """Cells of the table's body."""
    body = text.split("<tbody>", 1)[1].split("</tbody>", 1)[0]
    return [
        [unescape(re.sub("<[^>]+>", "", cell)) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", line, re.S)]
        for line in re.findall(r"<tr>(.*?)</tr>", body, re.S)
    ]


def spoken(number: float) -> str:
    """A whole figure as the page writes it."""
    return f"{number:,.0f}".replace(",", ".")


def test_the_first_page_shows_fifty_rows_in_the_order_of_the_file(site: Site, table: str) -> None:
    rows = rows_of(site.text(table))
    code, name = places()[0]
    count, _share = figures(code, YEARS[0])
    assert len(rows) == 50
    assert rows[0][:4] == [code, name, str(YEARS[0]), spoken(count)]
    assert len(rows_of(site.text(f"{table}?page=2"))) == len(places()) * len(YEARS) - 50


def test_sort_filters_and_words_narrow_and_order(site: Site, table: str) -> None:
    _code, name = places()[3]
    rows = rows_of(site.text(f"{table}?k.kecamatan={quote(name)}&urut=-tahun"))
    assert [row[2] for row in rows] == [str(year) for year in reversed(YEARS)]
    least = rows_of(site.text(f"{table}?k.jumlah_balita.min=1.500&k.tahun=2024&urut=jumlah_balita"))
    wanted = sorted(figures(code, 2024)[0] for code, _ in places() if figures(code, 2024)[0] >= 1500)
    assert [row[3] for row in least] == [spoken(number) for number in wanted]
    shares = rows_of(site.text(f"{table}?k.persentase_stunting.maks=2,5"))
    assert {row[4] for row in shares} == {"1,25", "2,50"}
    words = rows_of(site.text(f"{table}?q={quote(name)}+2023"))
    assert [row[1] for row in words] == [name]


def test_sums_stand_under_what_may_be_added_and_follow_the_filters(site: Site, table: str) -> None:
    foot = site.text(f"{table}?k.tahun=2023").split("<tfoot>", 1)[1].split("</tfoot>", 1)[0]
    assert spoken(sum(figures(code, 2023)[0] for code, _ in places())) in foot
    share = sum(figures(code, 2023)[1] for code, _ in places())
    assert str(share).replace(".", ",") not in foot
    assert spoken(3 * 2023) not in foot


def test_chips_say_the_filters_and_lead_out_of_them(site: Site, table: str) -> None:
    text = site.text(f"{table}?k.jumlah_balita.min=1.500&k.tahun=2024")
    assert "Jumlah Balita paling sedikit 1.500" in text
    assert f'href="{table}?k.tahun=2024"' in text
    assert 'name="k.jumlah_balita.min" value="1.500"' in text, "the form keeps what was chosen"


def test_each_column_has_a_menu_that_keeps_the_rest(site: Site, table: str) -> None:
    """Sort both ways, filter, hide: the column's own range starts anew, everything else stays."""
    text = unescape(site.text(f"{table}?k.jumlah_balita.min=1.500&k.tahun=2024&urut=-tahun"))
    assert text.count('class="col-menu"') == 6
    menu = text.split("Pilihan kolom Jumlah Balita", 1)[1].split("</details>", 1)[0]
    assert f'href="{table}?k.jumlah_balita.min=1.500&k.tahun=2024&urut=-jumlah_balita"' in menu
    assert 'name="k.jumlah_balita.min" value="1.500"' in menu
    assert '<input type="hidden" name="k.tahun" value="2024">' in menu
    assert '<input type="hidden" name="urut" value="-tahun">' in menu
    assert 'type="hidden" name="k.jumlah_balita.min"' not in menu


def test_a_hidden_column_is_gone_and_comes_back(site: Site, table: str) -> None:
    text = unescape(site.text(f"{table}?sembunyi=catatan&sembunyi=tidak_ada&k.tahun=2024"))
    assert len(rows_of(text)[0]) == 5
    assert "Tanpa kolom Catatan" in text
    assert f'href="{table}?k.tahun=2024"' in text
    everything = "&".join(f"sembunyi={name}" for name in COLUMNS)
    assert len(rows_of(site.text(f"{table}?{everything}"))[0]) == 6, "a table without columns is none"


COLUMNS = ("kode_kecamatan", "kecamatan", "tahun", "jumlah_balita", "persentase_stunting", "catatan")


def test_what_one_sees_can_be_downloaded_beside_the_whole(site: Site, table: str) -> None:
    query = "k.tahun=2023&sembunyi=kecamatan&urut=-jumlah_balita"
    text = unescape(site.text(f"{table}?{query}&page=1"))
    assert "Unduh tampilan ini (CSV, 17 baris)" in text
    assert "Unduh seluruh tabel (CSV, 51 baris)" in text
    address = f"{table}/tampilan.csv?k.tahun=2023&sembunyi=kecamatan&urut=-jumlah_balita"
    assert f'href="{address}"' in text
    answer = site.client().get(address)
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"].endswith('-tampilan.csv"')
    assert answer.is_streamed
    lines = list(csv.reader(io.StringIO(answer.get_data(as_text=True))))
    assert lines[0] == [name for name in COLUMNS if name != "kecamatan"]
    wanted = sorted(((figures(code, 2023)[0], code) for code, _ in places()), reverse=True)
    assert [(int(line[2]), line[0]) for line in lines[1:]] == wanted
    assert {line[4] for line in lines[1:]} == {"'=1+1"}, "no spreadsheet runs it"
    again = site.client().get(address, headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    assert site.client().head(address).data == b""
    plain = site.text(table)
    assert "Unduh CSV" in plain
    assert "tampilan.csv" not in plain


def test_a_view_is_the_whole_table_by_the_same_rules(site: Site, table: str) -> None:
    """Without a filter it says byte for byte what the prepared file says."""
    whole = re.search(r'href="(/berkas/[^"]+[.]csv)"', site.text(table))
    assert whole is not None
    view = site.client().get(f"{table}/tampilan.csv").data
    assert view == site.client().get(whole[1], buffered=True).data.removeprefix(b"\xef\xbb\xbf")


def test_a_view_refuses_what_its_page_refuses(site: Site, table: str) -> None:
    assert site.client().get(f"{table}/tampilan.csv?k.jumlah_balita.min=banyak").status_code == 422
    assert site.client().get("/tabel/00000000-0000-4000-8000-000000000000/tampilan.csv").status_code == 404


def test_charts_speak_the_language_of_the_page(site: Site, chart: str) -> None:
    indonesian, english = site.text(chart), site.text(f"{chart}?lang=en")
    assert "Tertinggi:" in indonesian
    assert "Highest:" in english
    assert "Tertinggi:" not in english
    number = f"{figures(places()[-1][0], YEARS[-1])[0]:,}"
    assert number in english
    assert number.replace(",", ".") not in english
    assert "Highest:" in site.text(f"/dataset/{site.shown['tabel'].dataset_name}?lang=en")


def test_the_language_goes_along(site: Site, table: str) -> None:
    text = site.text(f"{table}?lang=en")
    assert 'lang="en"' in text
    assert re.search(rf'href="{table}\?urut=kecamatan&(amp;)?lang=en"', text)


def test_cells_are_shown_and_never_run(site: Site, table: str) -> None:
    text = site.text(f"{table}?k.catatan.isi=script")
    assert HOSTILE not in text
    assert rows_of(text)[0][5] == HOSTILE


ATTACKS = (
    "?urut=jumlah_balita;DROP TABLE rows.x",
    "?urut=(SELECT pg_sleep(9))",
    "?k.kecamatan=' OR 1=1 --",
    "?k.kecamatan.isi=%25' OR '1'='1",
    "?k.kecamatan);DELETE FROM catalog.dataset;--=x",
    "?q=' UNION SELECT usename FROM pg_user --",
    "?q=%00",
    "?k.kecamatan=%00",
    "?k.kecamatan.isi=%ED%A0%80",
    "?page=99999999999999999999",
    "?page=-1",
    "?q=" + "a" * 5000,
)


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_is_smuggled_in_finds_nothing_or_is_told(site: Site, table: str, attack: str) -> None:
    answer = site.client().get(table + attack.replace(" ", "%20"))
    text = answer.get_data(as_text=True)
    assert answer.status_code in {200, 422}, text[-800:]
    assert "postgres" not in text
    assert "Traceback" not in text
    total = site.text(table)
    assert f'role="status">{len(places()) * len(YEARS)}' in total


def test_everything_that_matches_everything_is_no_way_round(site: Site, table: str) -> None:
    assert 'role="status">0' in site.text(f"{table}?k.kecamatan={quote(chr(39) + ' OR 1=1 --')}")
    assert 'role="status">0' in site.text(f"{table}?k.kecamatan.isi=%25")


@pytest.mark.parametrize(
    "query", ["k.jumlah_balita.min=banyak", "k.tahun=dua", "k.jumlah_balita.maks=NaN", "k.tahun=" + "9" * 40]
)
def test_a_value_that_does_not_fit_names_its_column(site: Site, table: str, query: str) -> None:
    answer = site.client().get(f"{table}?{query}")
    assert answer.status_code == 422
    column = query.split("=", 1)[0].removeprefix("k.").split(".", 1)[0]
    assert column in answer.get_data(as_text=True)


def test_a_layer_has_a_table_of_its_attributes(site: Site) -> None:
    rows = rows_of(site.text(f"/tabel/{site.shown['layer'].id}?urut=nama"))
    assert len(rows) == len(places())
    assert {name for _code, name in places()} <= {cell for row in rows for cell in row}


def test_a_table_page_costs_few_statements(
    site: Site, table: str, statements: Callable[[], AbstractContextManager[Any]]
) -> None:
    with statements() as log:
        site.text(f"{table}?k.tahun=2024&urut=kecamatan")
    own = [text for text in log.texts if "DISCARD" not in text]
    assert len(own) <= 5, own


def test_the_chart_draws_the_newest_year_and_the_map(site: Site, chart: str) -> None:
    text = site.text(chart)
    assert text.count("<svg") >= 3
    assert f'<option value="{YEARS[-1]}" selected' in text
    for code, _name in places():
        assert spoken(figures(code, YEARS[-1])[0]) in text


def test_measure_and_year_are_chosen_by_address(site: Site, chart: str) -> None:
    text = site.text(f"{chart}?ukuran=persentase_stunting&tahun=2022")
    assert '<option value="persentase_stunting" selected' in text
    assert '<option value="2022" selected' in text
    assert str(figures(places()[0][0], 2022)[1]).replace(".", ",") in text
    assert "semua wilayah, menurut tahun" not in text, "shares are not added up over places"
    assert "semua wilayah, menurut tahun" in site.text(f"{chart}?ukuran=jumlah_balita")


@pytest.mark.parametrize(
    "query", ["ukuran=tidak_ada", "tahun=1800", "tahun=x", "ukuran=kecamatan", f"ukuran={HOSTILE}"]
)
def test_a_choice_that_is_none_falls_back(site: Site, chart: str, query: str) -> None:
    text = site.text(f"{chart}?{query}")
    assert f'<option value="{YEARS[-1]}" selected' in text
    assert HOSTILE not in text


def test_what_has_no_figures_has_no_chart_page(site: Site) -> None:
    assert site.client().get(f"/grafik/{site.shown['layer'].id}").status_code == 404


def test_the_dataset_page_opens_with_the_chart(site: Site) -> None:
    text = site.text(f"/dataset/{site.shown['tabel'].dataset_name}")
    assert text.index('id="grafik"') < text.index('id="tabel"')
