"""Every action of the office, asked about what is exempt, recalled or another agency's draft: I7, T04, T40.

Each call is made twice, about the secret and about a dataset that never was; both are undone at once (nothing is
committed), so that acts that succeed for both can be compared too.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import psycopg
import pytest
from werkzeug.test import TestResponse

from portal.accounts.secrets import key_hash
from portal.api.action import Action
from portal.api.office.raw import Raw
from portal.api.office.registry import ACTIONS
from portal.kernel.identity import Role
from portal.kernel.permissions import Permission
from portal.web.request import Scope
from tests.apps import Office, dispose, make_office
from tests.functional.traces import found_in
from tests.functional.visits import TOKEN, identifiers, twin
from tests.functional.world import SITE, Secret, World

OWN, FOREIGN = "dinas-kesehatan", "diskominfotik"
AUTHOR = (Role.PRODUSEN, Role.GIS, Role.WALIDATA_PENDUKUNG, Role.KEPALA_OPD, Role.PENGELOLA)
OFFICERS = (*AUTHOR, Role.WALIDATA, Role.PPID)
#: Who asks: everything that one person can hold, with and without the administrator's role, and the plain roles.
CALLERS: Mapping[str, tuple[Role, ...]] = {
    "penulis": AUTHOR, "petugas": OFFICERS, "pengurus": (*OFFICERS, Role.ADMIN), "admin": (Role.ADMIN,),
}  # fmt: skip
UUIDS = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
MOMENTS = re.compile(rb"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?")


@dataclass(frozen=True)
class Caller:
    """A person with a token of every scope, and his agency."""

    name: str
    agency: str
    key: str


@pytest.fixture(scope="module")
def office(world: World) -> Iterator[Office]:
    with world.office() as made:
        yield made


@pytest.fixture(scope="module")
def callers(office: Office, world: World) -> dict[tuple[str, str], Caller]:
    """By name and agency."""
    return {
        (name, agency): _caller(office, world, name, agency, roles)
        for name, roles in CALLERS.items()
        for agency in (OWN, FOREIGN)
    }


def _caller(office: Office, world: World, name: str, agency: str, roles: tuple[Role, ...]) -> Caller:
    person = office.person(f"tindakan-{name}-{agency}", *roles, agency=world.house.agencies[agency])
    key = secrets.token_urlsafe(24)
    with psycopg.connect(world.databases.superuser("office"), autocommit=True) as sql:
        sql.execute(
            "INSERT INTO accounts.token (person_id, name, token_hash, scopes, expires) VALUES (%s, 'uji', %s, %s, %s)",
            (person, key_hash(key), sorted(item.value for item in Permission), datetime.now(UTC) + timedelta(days=3)),
        )
    return Caller(name, agency, key)


@pytest.fixture
def undone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every request ends as one that failed: both databases stay as they are."""
    monkeypatch.setattr(Scope, "commit", lambda self: None)


def questions(action: Action, about: Secret, agency: str) -> Iterator[dict[str, Any]]:
    """Calls about a dataset: its id, its name and its resource in every argument that could name one."""
    dataset, resource = str(about.dataset_id), str(about.resource_ids[0])
    for ref in (dataset, resource, about.name):
        package = about.name if ref == about.name else dataset
        values = {
            "id": ref, "name_or_id": ref, "package_id": package, "dataset_id": package, "resource_id": resource,
            "object_id": package, "entity_id": ref, "entity_type": "package", "task_type": "datapusher",
            "key": resource, "object": package, "subject": package, "id2": ref, "name": about.name, "q": about.name,
            "query": f"name:{about.words[0]}", "order": [resource], "datasets": [dataset], "org_id": agency,
            "owner_org": agency, "organization_id": agency, "owner_id": dataset, "owner_type": "package",
            "location": about.filenames[0], "activity_type": "changed package", "user_id": "admin", "username": "admin",
            "capacity": "editor", "object_type": "package", "type": "depends_on", "url": "https://contoh.id/a",
            "view_type": "recline_view", "title": "Lihat", "match": {"id": ref}, "update": {"notes": "x"},
            "records": [{"jumlah": "1"}], "force": True, "filters": {}, "include_private": True,
            "include_drafts": True, "include_deleted": True, "jti": ref, "packages": [{"id": package}],
        }  # fmt: skip
        if agency == OWN and action.name == "package_create":
            del values["name"]  # names are unique within an agency (I7), so among one's own a taken one is told
        known = {field.alias or name for name, field in action.arguments.model_fields.items()}
        yield {name: value for name, value in values.items() if action.arguments is Raw or name in known}
        if "id" in known and known & {"object", "object_type", "packages"}:  # a group that takes the dataset in
            yield {**{name: value for name, value in values.items() if name in known}, "id": "sosial"}
    if action.name in {"package_create", "group_create", "organization_create", "user_create", "resource_create"}:
        if agency == FOREIGN:
            yield {"name": about.name, "owner_org": agency, "notes": "x", "package_id": dataset}
        made = {"name": f"baru-{action.name.replace('_', '-')}", "owner_org": agency, "notes": "x"}
        yield {**made, "id": dataset}
        yield {**made, "resources": [{"id": resource, "url": "https://contoh.id/a"}]}
        yield {"name": f"baru-{action.name.replace('_', '-')}", "owner_org": agency, "notes": about.name}


def asked(office: Office, caller: Caller | None, action: Action, data: Mapping[str, Any], about: Secret) -> Any:
    """Status and body, with what was asked for, ids and moments blotted out."""
    headers = {"Authorization": caller.key} if caller else {}
    return blotted(about, office.client().post(f"/api/3/action/{action.name}", json=data, headers=headers))


def blotted(about: Secret, got: TestResponse) -> tuple[int, bytes]:
    """Status and body, with what was asked for, ids and moments blotted out."""
    names = sorted((*identifiers(about), *about.words), key=len, reverse=True)
    pattern = re.compile(b"|".join(re.escape(item.encode()) for item in names), re.IGNORECASE)
    body = TOKEN.sub(b"%", got.get_data())
    return got.status_code, MOMENTS.sub(b"@", UUIDS.sub(b"#", pattern.sub("§".encode(), body)))


CASES = [("exempt", OWN), ("recalled", OWN), ("draft", FOREIGN)]
SOME = ("penulis", "admin")


@pytest.mark.usefixtures("undone")
@pytest.mark.parametrize(
    ("name", "agency", "who"),
    [
        ("exempt", OWN, SOME), ("draft", FOREIGN, ("penulis",)),
        *(pytest.param(*case, tuple(CALLERS), marks=pytest.mark.long) for case in CASES),
    ],
)  # fmt: skip
def test_T40_every_action_answers_as_for_what_never_was(
    office: Office,
    world: World,
    callers: dict[tuple[str, str], Caller],
    name: str,
    agency: str,
    who: tuple[str, ...],
) -> None:
    """Same status, same bytes (what was asked for aside), whoever asks."""
    secret = world.secrets[name]
    other = twin(secret)
    differing, statuses = {}, set()
    for caller in (None, *(callers[item, agency] for item in who)):
        for action in ACTIONS.values():
            pairs = zip(questions(action, secret, agency), questions(action, other, agency), strict=True)
            for number, (one, two) in enumerate(pairs):
                first, second = (
                    asked(office, caller, action, one, secret), asked(office, caller, action, two, other)
                )  # fmt: skip
                assert first[0] < 500, (caller, action.name, one, first)
                statuses.add((action.name, first[0]))
                if first != second:
                    differing[caller.name if caller else "", action.name, number] = (first, second)
    assert differing == {}
    assert {"package_create", "package_search", "member_list"} <= {action for action, code in statuses if code == 200}
    assert ("package_show", 404) in statuses


@pytest.mark.parametrize(("name", "agency"), CASES)
def test_T40_no_list_of_the_office_holds_it(
    office: Office, world: World, callers: dict[tuple[str, str], Caller], name: str, agency: str
) -> None:
    """Every reading action without a question: no word, no id, no name."""
    secret = world.secrets[name]
    wanted = (*secret.words, *secret.ids, secret.name)
    held = {}
    for caller in (callers[item, agency] for item in CALLERS):
        for action in ACTIONS.values():
            if action.writes:
                continue
            for data in ({}, {"q": "*:*", "include_private": True, "include_drafts": True, "include_deleted": True},
                         {"id": agency, "include_datasets": True, "object_type": "package"},
                         {"id": "sosial", "include_datasets": True, "query": "name:a", "limit": 100}):  # fmt: skip
                got = office.client().post(
                    f"/api/3/action/{action.name}", json=data, headers={"Authorization": caller.key}
                )
                if traces := found_in(got.get_data(), wanted):
                    held[caller.name, action.name, str(data)] = traces
    assert held == {}


def forms(about: Secret) -> Iterator[tuple[str, dict[str, Any]]]:
    """Files sent to what is hidden: added to its dataset, put in place of its own, as its picture."""
    dataset, resource = str(about.dataset_id), str(about.resource_ids[0])

    def file() -> Any:
        return (BytesIO(b"a,b\n1,2\n"), about.filenames[0], "text/csv")

    yield "resource_create", {"package_id": dataset, "upload": file()}
    yield "resource_create", {"package_id": about.name, "upload": file()}
    yield "resource_update", {"id": resource, "upload": file()}
    yield "resource_patch", {"id": resource, "upload": file(), "name": "x"}
    yield "package_update", {"id": dataset, "upload": file()}
    yield "datastore_create", {"resource_id": resource, "upload": file()}
    yield "file_create", {"upload": file(), "name": about.filenames[0]}


@pytest.mark.usefixtures("undone")
@pytest.mark.parametrize(("name", "agency"), CASES)
def test_T40_files_sent_to_it_are_answered_as_for_what_never_was(
    office: Office, world: World, callers: dict[tuple[str, str], Caller], name: str, agency: str
) -> None:
    secret = world.secrets[name]
    other = twin(secret)
    for caller in (None, *(callers[item, agency] for item in CALLERS)):
        for (action, one), (_same, two) in zip(forms(secret), forms(other), strict=True):
            answers = [
                blotted(about, office.client().post(
                    f"/api/3/action/{action}", data=form, content_type="multipart/form-data",
                    headers={"Authorization": caller.key} if caller else {},
                ))
                for form, about in ((one, secret), (two, other))
            ]  # fmt: skip
            assert answers[0] == answers[1], (caller, action)
            assert answers[0][0] in {400, 403, 404, 409}, (caller, action, answers)


def parts(about: Secret) -> Iterator[str]:
    """Addresses of files and rows, of which a program may want a part."""
    resource, file = about.resource_ids[0], about.filenames[0]
    yield f"/datastore/dump/{resource}"
    yield f"/datastore/dump/{resource}?format=json&limit=1"
    yield f"/dataset/{about.dataset_id}/resource/{resource}/download/{file}"
    yield f"/dataset/{about.name}/resource/{resource}/download"
    for sha256 in about.sha256 or ("0" * 64,):
        yield f"/berkas/{about.dataset_id}/1/{sha256}/{file}"


@pytest.mark.parametrize(("name", "agency"), CASES)
@pytest.mark.parametrize(
    "range_",
    ["bytes=0-9", *(pytest.param(one, marks=pytest.mark.long) for one in ("bytes=-5", "bytes=0-1,3-4", "x"))],
)  # fmt: skip
def test_T40_parts_of_files_are_missing_like_the_whole(
    office: Office, world: World, callers: dict[tuple[str, str], Caller], name: str, agency: str, range_: str
) -> None:
    """On both sides, with conditions too: no 206, 304 or 416 tells that there are bytes."""
    secret = world.secrets[name]
    other = twin(secret)
    clients: list[tuple[Any, dict[str, str]]] = [(world.app.test_client(), {}), (office.client(), {})]
    clients += [(office.client(), {"Authorization": callers[item, agency].key}) for item in SOME]
    for client, who in clients:
        for one, two in zip(parts(secret), parts(other), strict=True):
            for condition in ({}, {"If-None-Match": "*"}):
                headers = {"Range": range_, **condition, **who}
                answers = [
                    blotted(about, client.get(path, headers=headers)) for path, about in ((one, secret), (two, other))
                ]
                assert answers[0] == answers[1], (one, headers)
                assert answers[0][0] not in {200, 206, 304, 416}, (one, headers)


def relations(about: Secret) -> tuple[str, ...]:
    """What a query could name: PostgreSQL cuts longer names, so hashes are none."""
    return (str(about.dataset_id), *(str(item) for item in about.resource_ids), *about.tables)


@pytest.mark.parametrize(("name", "agency"), CASES)
def test_T40_sql_finds_no_table_of_it(world: World, name: str, agency: str) -> None:
    """Where questions in SQL are on, the resource and its table are as unknown as any, to whoever asks."""
    secret = world.secrets[name]
    other = twin(secret)
    office = make_office(world.databases, world.folder, site_url=SITE, datastore_sql=True)
    try:
        person = _caller(office, world, f"sql-{name}", agency, CALLERS["pengurus"])
        for pattern in ('SELECT * FROM "{}"', 'SELECT count(*) FROM vault."{}"', 'SELECT 1 FROM rows."{}"'):
            for caller in (None, person):
                for one, two in zip(relations(secret), relations(other), strict=True):
                    answers = [
                        blotted(about, office.client().post(
                            "/api/3/action/datastore_search_sql", json={"sql": pattern.format(key)},
                            headers={"Authorization": caller.key} if caller else {},
                        ))
                        for key, about in ((one, secret), (two, other))
                    ]  # fmt: skip
                    assert answers[0] == answers[1], (pattern, one)
                    assert answers[0][0] in {403, 404, 409}, answers
    finally:
        dispose(office.runtime)
