"""Whatever a caller writes is an id or none, never an exception."""

from __future__ import annotations

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from portal.kernel.ids import as_uuid


@given(st.text())
def test_a_text_is_an_id_or_none(text: str) -> None:
    found = as_uuid(text)
    assert found is None or isinstance(found, UUID)


@given(st.uuids())
def test_an_id_is_read_in_each_form(key: UUID) -> None:
    assert as_uuid(str(key)) == as_uuid(key.hex) == as_uuid(str(key).upper()) == as_uuid(key.urn) == key
