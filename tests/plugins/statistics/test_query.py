"""The address of a table page: what it reads, what it says again, what it never lets through."""

from __future__ import annotations

from urllib.parse import parse_qsl
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from plugins.statistics.query import MAX_FILTERS, MAX_PAGE, PAGE_SIZE, TableForm, figure
from portal.contract.metadata import ColumnEntry
from portal.contract.protocols import ResourceView, RowFilter, RowSort

VIEW = ResourceView(
    id=uuid4(),
    version=1,
    dataset_id=uuid4(),
    dataset_name="contoh",
    dataset_title="Contoh",
    name="Contoh",
    kind="tabel",
    format="CSV",
    columns=(
        ColumnEntry(name="kecamatan", label="Kecamatan"),
        ColumnEntry(name="jumlah", label="Jumlah balita", type="numeric"),
        ColumnEntry(name="rahasia", public=False),
        ColumnEntry(name="geom", type="geometry"),
    ),
)


def parsed(*pairs: tuple[str, str]) -> TableForm:
    return TableForm.parse(MultiDict(pairs), VIEW)


def test_filters_become_conditions_and_equal_ones_alternatives() -> None:
    form = parsed(
        ("k.kecamatan", "Salem"), ("k.kecamatan", "Bumiayu"), ("k.jumlah.min", "1.234,5"), ("k.jumlah.maks", "2.000"),
        ("k.kecamatan.isi", "1.234,5"), ("urut", "-jumlah"), ("q", "  dua   kata "), ("page", "3"),
    )  # fmt: skip
    query = form.row_query()
    assert set(query.filters) == {
        RowFilter("jumlah", "gte", ("1234.5",)),
        RowFilter("jumlah", "lte", ("2000",)),
        RowFilter("kecamatan", "contains", ("1.234,5",)),
        RowFilter("kecamatan", "in", ("Salem", "Bumiayu")),
    }
    assert query.sort == (RowSort("jumlah", descending=True),)
    assert (query.q, query.limit, query.offset) == ("dua kata", PAGE_SIZE, 2 * PAGE_SIZE)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("12,5", "12.5"), ("1.234,5", "1234.5"), ("1.234", "1234"), ("1.234.567", "1234567"), ("-1.000", "-1000"),
        ("12.5", "12.5"), ("0.125", "0.125"), ("1 000,5", "1000.5"), ("1000", "1000"), ("1,2,3", "1,2,3"),
        ("seribu", "seribu"), ("", ""),
    ],
)  # fmt: skip
def test_figures_are_read_as_people_here_write_them(text: str, plain: str) -> None:
    assert figure(text) == plain


@pytest.mark.parametrize("name", ["rahasia", "geom", "tidak_ada", "_id; DROP TABLE x", "kecamatan.lain", "", '"'])
def test_names_that_are_no_shown_column_are_passed_over(name: str) -> None:
    form = parsed((f"k.{name}", "1"), (f"k.{name}.min", "1"), ("urut", name))
    assert form.filters == ()
    assert form.sort is None
    assert form.query() == ""


@pytest.mark.parametrize(
    ("given_page", "page"), [("0", 1), ("-5", 1), ("x", 1), ("", 1), ("7", 7), ("9" * 30, MAX_PAGE)]
)
def test_pages_stay_in_bounds(given_page: str, page: int) -> None:
    assert parsed(("page", given_page)).page == page


def test_there_is_a_bound_on_filters_and_words() -> None:
    form = parsed(*[("k.kecamatan", str(number)) for number in range(100)], ("q", "a" * 5000))
    assert len(form.filters) == MAX_FILTERS
    assert len(form.q) == 200


def test_sorting_turns_round_and_starts_anew() -> None:
    form = parsed(("page", "4")).sorted_by("jumlah")
    assert (form.sort, form.descending, form.page) == ("jumlah", False, 1)
    assert form.sorted_by("jumlah").descending
    assert not form.sorted_by("jumlah").sorted_by("kecamatan").descending


def test_a_filter_is_let_go_alone() -> None:
    form = parsed(("k.kecamatan", "Salem"), ("k.jumlah.min", "2"), ("page", "2"))
    assert form.without("jumlah.min", "2").query() == "?k.kecamatan=Salem"
    assert form.value("jumlah.min") == "2"
    assert form.value("jumlah.maks") == ""
    assert form.kept("jumlah") == [("k.kecamatan", "Salem")]
    assert form.kept("kecamatan") == form.kept(), "chosen values have no field of their own"


def test_filters_are_said_in_words() -> None:
    form = parsed(("k.kecamatan", "Salem"), ("k.jumlah.min", "2"), ("k.kecamatan.isi", "100%s"))
    said = [text for text, _pair in form.words({"kecamatan": "Kecamatan", "jumlah": "Jumlah balita"})]
    assert said == ["Jumlah balita paling sedikit 2", "Kecamatan: Salem", "Kecamatan berisi “100%s”"]


names = st.sampled_from(["kecamatan", "kecamatan.isi", "jumlah.min", "jumlah.maks", "jumlah", "rahasia", "x"])
pairs = st.lists(st.tuples(names.map("k.{}".format), st.text(max_size=12)), max_size=8)


def test_columns_are_left_out_and_asked_no_more() -> None:
    form = parsed(("sembunyi", "jumlah"), ("sembunyi", "rahasia"), ("page", "2"))
    assert form.hidden == ("jumlah",)
    assert form.narrowed
    assert form.row_query().columns == ("kecamatan",)
    assert form.whole_query().limit == form.whole_query().offset == 0
    assert form.showing("jumlah").query() == "?page=2"
    assert form.hiding("kecamatan").query() == "?sembunyi=kecamatan&sembunyi=jumlah&page=2"
    assert parsed(("sembunyi", "jumlah"), ("sembunyi", "kecamatan")).shown == ("kecamatan", "jumlah")
    assert not parsed(("page", "4")).narrowed


@given(pairs, st.text(max_size=20), st.sampled_from(["", "jumlah", "-kecamatan", "rahasia"]), st.integers(-3, 10**7))
def test_an_address_reads_back_as_the_same_view(chosen: list[tuple[str, str]], q: str, sort: str, page: int) -> None:
    form = parsed(*chosen, ("q", q), ("urut", sort), ("page", str(page)))
    again = TableForm.parse(MultiDict(parse_qsl(form.query().removeprefix("?"), keep_blank_values=True)), VIEW)
    assert again == form
    assert all(item.column in {"kecamatan", "jumlah"} for item in form.row_query().filters)
