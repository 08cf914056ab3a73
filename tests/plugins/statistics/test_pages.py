"""Table and chart pages over a released table: what they show, add up, refuse and never run."""

from __future__ import annotations

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
    assert 'name="k.jumlah_balita.min" type="text" value="1.500"' in text, "the form keeps what was chosen"


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
