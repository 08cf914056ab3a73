"""The short way answers exactly what the framework would, and leaves to it whatever is not plain."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from portal.api import envelope, paging
from portal.api.answers import Spliced, dumps, pieces
from portal.api.limits import ARRIVAL, Buckets, cost_of
from portal.api.registry import ACTIONS
from portal.api.swift import Swift
from search.engine import counting
from tests.apps import dispose
from tests.factories import published as factory
from tests.portal.api.test_memory import Writer
from tests.portal.api.world import World, publish
from tests.support import Databases

ACTION = "/api/3/action/"
PLAIN = (
    "package_show?id=imunisasi", "package_search?q=imunisasi&facet.field=%5B%22tags%22%5D", "package_list", "tag_list",
    "package_search?rows=0", "package_search?q=imunisasi&fl=id,name", "organization_list?all_fields=true",
    "organization_show?id=dinas-kesehatan", "group_list", "resource_search?query=name:data", "tag_search?query=i",
    "package_autocomplete?q=im", "current_package_list_with_resources?limit=2", "format_autocomplete?q=c",
)  # fmt: skip
REFUSED = (
    "package_show?id=tidak-ada", "package_show", "package_search?q=a:(", "package_search?rows=-1", "tag_show?id=",
    "package_search?tidak_ada=1", "package_list?token=x",
)  # fmt: skip


@pytest.fixture
def swift(world: World) -> Swift:
    inner: Any = world.app.wsgi_app
    assert isinstance(inner._app, Swift)
    return inner._app


def _noting(asked: list[str], inner: Any) -> Any:
    """The framework, and a note that it was asked."""

    def noted(environ: Any, start: Any) -> Any:
        asked.append("")
        return inner(environ, start)

    return noted


def said(answer: Any) -> tuple[int, bytes, list[tuple[str, str]]]:
    """Status, body and headers; the moment is the server's to say, which does so where the framework has not."""
    return answer.status_code, answer.data, sorted(item for item in answer.headers if item[0] != "Date")


@pytest.mark.parametrize("path", PLAIN)
def test_a_plain_read_is_answered_as_the_framework_would(
    world: World, swift: Swift, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr("portal.api.answer_memory.MOST_BYTES", 0)
    asked: list[str] = []
    inner = swift._inner
    with monkeypatch.context() as patch:
        patch.setattr(swift, "_inner", _noting(asked, inner))
        short = world.client.get(ACTION + path)
    with monkeypatch.context() as patch:
        patch.setattr("portal.api.swift._plain_action", lambda _environ: None)
        long = world.client.get(ACTION + path)
    assert said(short) == said(long)
    assert (short.status_code, asked) == (200, [])


@pytest.mark.parametrize("path", REFUSED)
def test_a_refusal_is_the_frameworks(world: World, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    short = world.client.get(ACTION + path)
    with monkeypatch.context() as patch:
        patch.setattr("portal.api.swift._plain_action", lambda _environ: None)
        long = world.client.get(ACTION + path)
    assert said(short) == said(long)
    assert short.status_code >= 400


@pytest.mark.parametrize(
    ("query", "headers"),
    [
        ("", {"Accept": "application/xml"}), ("", {"Accept-Encoding": "gzip"}), ("&callback=f", {}), ("&lang=en", {}),
        ("", {"If-None-Match": '"x"'}), ("", {"Accept": "text/html"}),
    ],
)  # fmt: skip
def test_what_is_not_plain_goes_to_the_framework(
    world: World, swift: Swift, monkeypatch: pytest.MonkeyPatch, query: str, headers: dict[str, str]
) -> None:
    asked: list[str] = []
    inner = swift._inner
    monkeypatch.setattr("portal.api.answer_memory.MOST_BYTES", 0)
    monkeypatch.setattr(swift, "_inner", _noting(asked, inner))
    world.client.get(f"{ACTION}package_show?id=imunisasi{query}", headers=headers)
    assert asked == [""]


def test_a_large_answer_has_no_validator_on_either_way(
    world: World, swift: Swift, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(envelope, "MOST_COMPRESSED", 100)
    monkeypatch.setattr(swift, "_made", {})
    monkeypatch.setattr("portal.api.answer_memory.MOST_BYTES", 0)
    short = world.client.get(f"{ACTION}package_show?id=imunisasi")
    with monkeypatch.context() as patch:
        patch.setattr("portal.api.swift._plain_action", lambda _environ: None)
        assert said(short) == said(world.client.get(f"{ACTION}package_show?id=imunisasi"))
    assert "ETag" not in short.headers


def test_the_short_way_is_charged_as_the_views_charge_and_a_refusal_once(world: World, swift: Swift) -> None:
    before, cost = swift._buckets, ARRIVAL + cost_of(ACTIONS["package_show"], {})
    swift._buckets = Buckets(0.001, cost * 1.5)
    try:
        environ = {"REMOTE_ADDR": "192.0.2.7", "REQUEST_METHOD": "GET", "QUERY_STRING": "id=imunisasi"}
        assert swift._answer("package_show", {**environ, "QUERY_STRING": "id=tidak-ada"}) is None  # given back
        assert swift._answer("package_show", dict(environ)) is not None
        assert swift._answer("package_show", dict(environ)) is None
    finally:
        swift._buckets = before


def test_parts_are_the_same_json() -> None:
    value = {"a": Spliced([b"[", b"1", b",", b"2", b"]"]), "b": "\x00\x00", "c": Spliced([b"[]"])}
    assert dumps(value) == b"".join(pieces(value)) == b'{"a":[1,2],"b":"\\u0000\\u0000","c":[]}'
    assert len(pieces({"a": Spliced([b"x" * 300_000] * 4)})) > 3


@pytest.mark.parametrize("sort", ["id asc", "id desc", "name asc", "metadata_modified desc"])
def test_pages_far_inside_the_catalogue_begin_at_rungs(
    databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sort: str
) -> None:
    world, writer = publish(databases, tmp_path), Writer(databases)
    for number in range(20):
        writer.publish(
            id=UUID(int=number + 1), name=f"jauh-{number}", order_id=UUID(int=number + 99), metadata=factory.metadata()
        )
    writer.index()
    monkeypatch.setattr("portal.api.orders.STEP", 4)
    monkeypatch.setattr(paging, "FAR", 2)
    monkeypatch.setattr(paging, "OFTEN", 1)
    asked = {"sort": sort, "rows": 100}
    ids = [row["id"] for row in world.result("package_search", asked)["results"]]
    for start in (20, 13, 19, 7, 11, 22, 3):
        with counting(world.runtime.search) as calls:
            found = world.result("package_search", {**asked, "rows": 3, "start": start})["results"]
        assert ([row["id"] for row in found], calls) == (ids[start : start + 3], [])
    writer.close()
    dispose(world.runtime)
