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
from typing import Any

import psycopg
import pytest

from portal.accounts.secrets import key_hash
from portal.api.action import Action
from portal.api.office.raw import Raw
from portal.api.office.registry import ACTIONS
from portal.kernel.identity import Role
from portal.kernel.permissions import Permission
from portal.web.request import Scope
from tests.apps import Office
from tests.functional.traces import found_in
from tests.functional.visits import identifiers, twin
from tests.functional.world import Secret, World

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
    got = office.client().post(f"/api/3/action/{action.name}", json=data, headers=headers)
    body = got.get_data()
    names = sorted((*identifiers(about), *about.words), key=len, reverse=True)
    pattern = re.compile(b"|".join(re.escape(item.encode()) for item in names), re.IGNORECASE)
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
