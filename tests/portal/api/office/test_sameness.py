"""What counts as no change of a dataset: a client that sends back what it was shown has changed nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from portal.api.office.package_input import PackageInput
from portal.api.office.sameness import unchanged

AGENCY = UUID(int=7)
RESOURCE: dict[str, Any] = {"id": "r", "name": "Tabel", "url": "https://contoh.id/a.csv", "mimetype": "text/csv"}
SHOWN: dict[str, Any] = {
    "name": "sawah", "title": "Sawah", "notes": "", "author": None, "owner_org": str(AGENCY), "private": False,
    "extras": [{"key": "a", "value": "1"}], "tags": [{"name": "padi", "vocabulary_id": None}],
    "groups": [{"name": "tani"}], "resources": [RESOURCE],
}  # fmt: skip
UNDERSTOOD = PackageInput(
    id=None, name="sawah", title="Sawah", owner_org=AGENCY, private=False, state="active", tags=("padi",),
    groups=("tani",), extras=({"key": "a", "value": "1"},), fields={}, resources=(),
)  # fmt: skip


def test_what_was_shown_changes_nothing() -> None:
    assert unchanged(SHOWN, SHOWN, UNDERSTOOD)
    # empty is empty, however it is said; facts that the portal tells are no wish
    told = {**RESOURCE, "position": 4, "datastore_active": True, "hash": "x"}
    assert unchanged(SHOWN, {**SHOWN, "notes": None, "author": "", "resources": [told]}, UNDERSTOOD)


def test_a_mimetype_that_is_left_out_is_guessed() -> None:
    left_out = {key: value for key, value in RESOURCE.items() if key != "mimetype"}
    assert unchanged(SHOWN, {**SHOWN, "resources": [left_out]}, UNDERSTOOD)
    assert not unchanged(SHOWN, {**SHOWN, "resources": [{**left_out, "url": "https://contoh.id/a.pdf"}]}, UNDERSTOOD)


@pytest.mark.parametrize(
    "sent",
    [
        {"notes": "Baru"},
        {"author": "Bidang Data"},
        {"resources": []},
        {"resources": [RESOURCE, RESOURCE]},
        {"resources": [{**RESOURCE, "baru": "x"}]},
        {"tag_string": "padi"},
        {"plugin_data": {"a": 1}},
    ],
)
def test_a_word_that_differs_is_a_change(sent: dict[str, Any]) -> None:
    assert not unchanged(SHOWN, {**SHOWN, **sent}, UNDERSTOOD)


@pytest.mark.parametrize(
    "wish",
    [
        {"title": "Lain"}, {"private": True}, {"owner_org": UUID(int=8)}, {"tags": ()}, {"groups": ("tani", "air")},
        {"extras": ({"key": "a", "value": "2"},)}, {"vocabulary_tags": ({"name": "padi", "vocabulary_id": "v"},)},
    ],
)  # fmt: skip
def test_a_wish_that_differs_is_a_change(wish: dict[str, Any]) -> None:
    assert not unchanged(SHOWN, SHOWN, replace(UNDERSTOOD, **wish))
