"""The guard against personal numbers: real shapes are found in every writing, other long numbers pass."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.quality.personal import hits, is_nik, is_nip

NIK = "3329014107900001"
NIP = "198501012010011002"


@pytest.mark.parametrize(
    "text",
    [NIK, f"'{NIK}", "3329.0141.0790.0001", "332901 410790 0001", f"NIK: {NIK}, Siti", f"{NIK}.0", f"a{NIK}b"],
)
def test_finds_a_nik_in_every_writing(text: str) -> None:
    assert [hit.kind for hit in hits(text)] == ["nik"]


def test_finds_the_float_form() -> None:
    assert [hit.kind for hit in hits("3.329014107900001e15")] == ["nik"]


@pytest.mark.parametrize("text", [NIP, "19850101 201001 1 002"])
def test_finds_a_nip(text: str) -> None:
    assert [hit.kind for hit in hits(text)] == ["nip"]


@pytest.mark.parametrize(
    "digits",
    ["9999994107900001", "3329013207900001", "3329017207900001", "3329014113900001", "3329014107900000", "2" * 16],
)
def test_other_numbers_of_sixteen_digits_pass(digits: str) -> None:
    assert not is_nik(digits)
    assert list(hits(digits)) == []


@pytest.mark.parametrize(
    "digits", ["198513012010011002", "198501011999011002", "198501012010013002", "198501012010131002", "1" * 18]
)
def test_other_numbers_of_eighteen_digits_pass(digits: str) -> None:
    assert not is_nip(digits)


def test_the_report_never_holds_the_number() -> None:
    assert all(NIK not in repr(hit) for hit in hits(NIK))


@given(st.text(max_size=60))
def test_never_fails_on_any_text(text: str) -> None:
    list(hits(text))


@given(st.integers(1, 31), st.integers(1, 12), st.integers(0, 99), st.integers(1, 9999), st.booleans())
def test_every_well_formed_nik_is_found(day: int, month: int, year: int, serial: int, woman: bool) -> None:
    digits = f"332901{day + 40 * woman:02}{month:02}{year:02}{serial:04}"
    assert is_nik(digits)
    assert [hit.kind for hit in hits(f"x {digits} y")] == ["nik"]
