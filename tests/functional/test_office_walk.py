"""Every address of the office as every role: T04 on what is exempt, T40 on foreign drafts, no fault anywhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from portal.kernel.decisions import decide
from portal.kernel.identity import ASSIGNABLE_ROLES, Identity, Role, RoleAt
from portal.kernel.permissions import Permission, Subject
from tests.apps import Office, token_of
from tests.functional.visits import cost, masked_body
from tests.functional.world import World
from tests.support import counted_statements

OWN, FOREIGN = "dinas-kesehatan", "diskominfotik"
#: Ids of datasets and of their parts; the API and the dump answer from the public side only.
DATASET_ARGUMENTS = {"dataset_id", "resource_id"}
PUBLIC_BLUEPRINTS = {"api", "datastore"}


@dataclass(frozen=True)
class Target:
    """What an address is about."""

    dataset_id: UUID
    resource_id: UUID
    agency_id: UUID
    name: str
    job_id: int = 1

    def address(self, rule: Rule) -> str:
        """The rule with this target's ids in it."""
        known = {key: str(value) for key, value in vars(self).items()}
        numbers = {"version": "1", "number": "1", "z": "9", "x": "411", "y": "266", "feature_id": "1"}

        def fill(match: re.Match[str]) -> str:
            kind, name = match[1] or "", match[2]
            if kind.startswith("uuid") and name == "job_id":  # of a harvest; a job of the queue has a number
                return str(self.dataset_id)
            return (
                known.get(name) or numbers.get(name) or (str(self.dataset_id) if kind.startswith("uuid") else self.name)
            )

        return re.sub(r"<(?:([^:<>]+):)?(\w+)>", fill, rule.rule)


@pytest.fixture(scope="module")
def office(world: World) -> Iterator[Office]:
    with world.office() as made:
        yield made


def get_rules(office: Office) -> list[Rule]:
    return [rule for rule in office.app.url_map.iter_rules() if "GET" in (rule.methods or ())]


def about_datasets(office: Office) -> list[Rule]:
    """Office addresses that take a dataset's id."""
    found = [rule for rule in get_rules(office) if rule.arguments & DATASET_ARGUMENTS]
    return [rule for rule in found if rule.endpoint.split(".")[0] not in PUBLIC_BLUEPRINTS]


def target(world: World, name: str, agency: str = OWN) -> Target:
    secret = world.secrets[name]
    job = world.house.office.execute(
        "SELECT max(job_id) FROM operations.progress WHERE subject = %s", (str(secret.resource_ids[0]),)
    ).fetchone()
    number = job[0] if job and job[0] else 1
    return Target(secret.dataset_id, secret.resource_ids[0], world.house.agencies[agency], secret.name, number)


def missing(like: Target) -> Target:
    return Target(uuid4(), uuid4(), like.agency_id, like.name[::-1], like.job_id)


def signed_in(
    office: Office, world: World, role: Role, agency: str, cache: dict[tuple[Role, str], FlaskClient]
) -> FlaskClient:
    if (role, agency) not in cache:
        name = f"{role.value}-{agency}".replace("_", "-")
        office.person(name, role, agency=world.house.agencies[agency])
        cache[role, agency] = office.sign_in(name)
    return cache[role, agency]


@pytest.fixture(scope="module")
def sessions() -> dict[tuple[Role, str], FlaskClient]:
    return {}


#: Those whom the walk takes along every time; all of them in the long run.
SOME = (Role.ADMIN, Role.PRODUSEN, Role.GIS, Role.WALIDATA, Role.PPID, Role.KEPALA_OPD, Role.AUDITOR)


@pytest.mark.parametrize("roles", [SOME, pytest.param(ASSIGNABLE_ROLES, marks=pytest.mark.long)], ids=["some", "all"])
def test_T40_no_foreign_draft_is_there_and_no_address_breaks(
    office: Office, world: World, sessions: dict[tuple[Role, str], FlaskClient], roles: tuple[Role, ...]
) -> None:
    """Own and foreign agency, every role, every GET address: under 500; a foreign draft is not there."""
    draft = target(world, "draft")
    faults, seen, opened = {}, {}, set()
    rules, dataset_rules = get_rules(office), {rule.rule for rule in about_datasets(office)}
    for role in roles:
        for agency in (OWN, FOREIGN):
            client = signed_in(office, world, role, agency, sessions)
            for rule in rules:
                with client.get(draft.address(rule)) as got:
                    status = got.status_code
                if status >= 500:
                    faults[role, agency, rule.rule] = status
                if rule.rule in dataset_rules and agency == FOREIGN and status not in {403, 404}:
                    seen[role, agency, rule.rule] = status
                if rule.rule in dataset_rules and agency == OWN and status == 200:
                    opened.add((role, rule.rule))
    assert faults == {}
    assert seen == {}
    # the walk would prove nothing if nobody saw anything
    assert {role for role, _rule in opened} >= {Role.PRODUSEN, Role.GIS, Role.KEPALA_OPD}
    assert not {role for role, _rule in opened} & {Role.ADMIN, Role.AUDITOR, Role.BUPATI, Role.SEKDA, Role.PEJABAT}


@pytest.mark.parametrize("name", ["exempt", "recalled"])
def test_T04_to_nobody_is_an_exempt_dataset_there(
    office: Office, world: World, sessions: dict[tuple[Role, str], FlaskClient], name: str
) -> None:
    """Admin, those who made it, those who decided: the 404 of what never was, same bytes, same number of statements."""
    hidden = target(world, name)
    absent = missing(hidden)
    rules = about_datasets(office)
    assert len(rules) >= 5
    for role in (Role.ADMIN, Role.PRODUSEN, Role.WALIDATA, Role.PPID, Role.KEPALA_OPD, Role.AUDITOR):
        client = signed_in(office, world, role, OWN, sessions)
        for rule in rules:
            one, two = answer(client, hidden, rule), answer(client, absent, rule)
            assert one[0] == 404, (role, rule.rule, one)
            assert one == two, (role, rule.rule)


def answer(client: FlaskClient, about: Target, rule: Rule) -> tuple[int, bytes, int]:
    """Status, body without ids and form tokens, statements."""
    with counted_statements() as log:
        got = client.get(about.address(rule))
    ids = (str(about.dataset_id), about.dataset_id.hex, str(about.resource_id), about.resource_id.hex)
    # an address that takes a language says the first letters of what it was given
    tokens = (*ids, about.name, about.name[:20])
    return got.status_code, masked_body(got.get_data(), tokens), cost(log)


def test_T04_every_other_address_answers_admin_as_for_what_never_was(
    office: Office, world: World, sessions: dict[tuple[Role, str], FlaskClient]
) -> None:
    """The CKAN API and the dump on the office side too."""
    hidden = target(world, "exempt")
    absent = missing(hidden)
    client = signed_in(office, world, Role.ADMIN, FOREIGN, sessions)
    for rule in get_rules(office):
        if rule.arguments:
            assert answer(client, hidden, rule) == answer(client, absent, rule), rule.rule
    for action in ("package_show", "resource_show", "datastore_search", "datastore_info"):
        for value in (hidden.dataset_id, hidden.resource_id, hidden.name):
            name = "id" if action.endswith("_show") else "resource_id"
            assert client.get(f"/api/3/action/{action}", query_string={name: value}).status_code == 404


@pytest.mark.parametrize("name", ["exempt", "draft"])
def test_T04_without_a_session_one_is_sent_to_sign_in(office: Office, world: World, name: str) -> None:
    """Before anything is looked up: alike for what is there and what is not."""
    about = target(world, name)
    absent = missing(about)
    for rule in about_datasets(office):
        got = office.client().get(about.address(rule))
        if got.status_code == 401:  # addresses for programs
            assert office.client().get(absent.address(rule)).status_code == 401
            continue
        assert got.status_code == 303, rule.rule
        assert got.headers["Location"].startswith("/masuk?next="), rule.rule


def test_no_list_of_the_office_names_what_is_exempt(
    office: Office, world: World, sessions: dict[tuple[Role, str], FlaskClient]
) -> None:
    """Tasks, search, own data, upload pages, in both languages; words and ids."""
    hidden = [world.secrets[name] for name in ("exempt", "recalled")]
    words = [word.lower().encode() for secret in hidden for word in (*secret.words, *secret.ids, secret.name)]
    plain = [rule.rule for rule in get_rules(office) if not rule.arguments]
    for role in (Role.ADMIN, Role.PRODUSEN, Role.WALIDATA, Role.PPID):
        client = signed_in(office, world, role, OWN, sessions)
        for path in plain:
            for tail in ("", "?lang=en", "?q=rumah+aman"):
                with client.get(path + tail) as got:
                    body = got.get_data().lower()
                assert [word for word in words if word in body] == [], (role, path)


# Posts: what changes something. Who may do it is tried where it is done; here everybody else is, at every address.

#: Office endpoint that takes a form → the permission that the table asks for it. A new one must be added here.
POSTS: dict[str, Permission | None] = {
    "ingest.start_dataset": Permission.DATASET_CREATE,
    "ingest.more_files": Permission.DATASET_UPLOAD,
    "ingest.give_up": Permission.DATASET_UPLOAD,
    "ingest.submit": Permission.DATASET_SUBMIT,
    "ingest.send_back": Permission.DATASET_CHECK,
    "ingest.validate": Permission.DATASET_VALIDATE,
    "ingest.bps_opinion": Permission.DATASET_BPS_OPINION,
    "ingest.consent": Permission.DATASET_CONSENT,
    "ingest.withdraw_consent": Permission.DATASET_CONSENT,
    "ingest.classify": Permission.DATASET_CLASSIFY_PUBLIC,
    "ingest.release": Permission.DATASET_RELEASE,
    "ingest.withdraw": Permission.DATASET_WITHDRAW,
    "ingest.restore": Permission.DATASET_RESTORE,
    "ingest.archive": Permission.DATASET_ARCHIVE,
    **dict.fromkeys(
        (
            "ingest.new_version", "ingest.metadata", "ingest.undo_edit", "ingest.question", "ingest.choose",
            "ingest.read_again", "ingest.dictionary", "ingest.another_part", "ingest.reorder", "ingest.remove",
        ),
        Permission.DATASET_EDIT,
    ),
    "administration.agency": Permission.AGENCY_EDIT,
    "administration.invite": Permission.PERSON_INVITE,
    "administration.load": Permission.PERSON_INVITE,
    "administration.change_role": Permission.PERSON_ROLE,
    "administration.reset": Permission.PERSON_RESET,
    "administration.active": Permission.PERSON_ROLE,
    **dict.fromkeys(
        ("harvest.new", "harvest.edit", "harvest.start", "harvest.set_state", "harvest.stop"), Permission.HARVEST_MANAGE
    ),
    # on oneself only, or without a session: nothing to refuse by role
    **dict.fromkeys(
        (
            "accounts.sign_in", "accounts.sign_out", "accounts.link", "accounts.change_password",
            "accounts.second_factor", "accounts.drop_second_factor", "accounts.end_sessions",
            "accounts.make_token", "accounts.revoke_token",
        )
    ),
}  # fmt: skip
OPEN = {"accounts.sign_in", "accounts.link"}


def post_rules(office: Office) -> list[Rule]:
    """Addresses of pages that take a form; programs have addresses, and tests, of their own."""
    found = [rule for rule in office.app.url_map.iter_rules() if "POST" in (rule.methods or ())]
    return [rule for rule in found if rule.endpoint.split(".")[0] not in PUBLIC_BLUEPRINTS]


def about(rule: Rule, like: Target) -> str:
    """The address of a form, with a field's name where a question is asked."""
    field = Target(like.dataset_id, like.resource_id, like.agency_id, "judul", like.job_id)
    return (field if rule.endpoint == "ingest.question" else like).address(rule)


def may(role: Role, agency_id: UUID, permission: Permission, subject: Subject) -> bool:
    """What the permission table says of somebody with this one role."""
    roles = frozenset({RoleAt(role, agency_id)})
    return bool(decide(Identity(person_id=uuid4(), roles=roles), permission, subject))


def test_every_form_of_the_office_is_in_the_walk(office: Office) -> None:
    assert {rule.endpoint for rule in post_rules(office)} == set(POSTS)


@pytest.mark.parametrize("roles", [SOME, pytest.param(ASSIGNABLE_ROLES, marks=pytest.mark.long)], ids=["some", "all"])
def test_T40_a_form_answers_what_the_permission_table_says(
    office: Office, world: World, sessions: dict[tuple[Role, str], FlaskClient], roles: tuple[Role, ...]
) -> None:
    """Own and foreign agency: 404 for who may not see, 403 for who may see and not act; nothing is done."""
    draft, own_id = target(world, "draft"), world.house.agencies[OWN]
    subject = Subject(agency_id=own_id, state="dikumpulkan", sifat="belum_ditetapkan")
    wrong, permitted, seen = {}, set(), set()
    for role in roles:
        for agency in (OWN, FOREIGN):
            client, at = signed_in(office, world, role, agency, sessions), world.house.agencies[agency]
            token = token_of(client, "/akun")
            visible = may(role, at, Permission.DATASET_READ, subject)
            assert (client.get(f"/data/{draft.dataset_id}").status_code == 200) is visible, (role, agency)
            for rule in post_rules(office):
                permission = POSTS[rule.endpoint]
                if permission is None:
                    continue
                # harvests are of an agency, not of the dataset: one's own
                about_it = Subject(agency_id=at) if permission is Permission.HARVEST_MANAGE else subject
                if may(role, at, permission, about_it):
                    permitted.add((role, rule.endpoint))
                    continue
                known = not rule.arguments & DATASET_ARGUMENTS or visible
                wanted = {403, 404} if "person_id" in rule.arguments else {403 if known else 404}
                got = client.post(about(rule, draft), data={"csrf_token": token}).status_code
                if got not in wanted:
                    wrong[role, agency, rule.rule] = (got, wanted)
                seen.add(got)
    assert wrong == {}
    assert seen == {403, 404}
    assert {(Role.PRODUSEN, "ingest.submit"), (Role.KEPALA_OPD, "ingest.consent")} <= permitted


def test_without_its_token_no_form_is_taken_from_anybody(
    office: Office, world: World, sessions: dict[tuple[Role, str], FlaskClient]
) -> None:
    """CSRF: those who may act too, and alike for what is there, what is exempt and what never was."""
    draft = target(world, "draft")
    hidden, absent = target(world, "exempt"), missing(draft)
    for role in (Role.PRODUSEN, Role.ADMIN, Role.KEPALA_OPD, Role.PPID):
        client = signed_in(office, world, role, OWN, sessions)
        for rule in post_rules(office):
            answers = [client.post(about(rule, item), data={"csrf_token": "x"}) for item in (draft, hidden, absent)]
            assert [item.status_code for item in answers] == [400] * 3, (role, rule.rule)
            assert b"terlalu lama terbuka" in answers[0].data


def test_without_a_session_every_form_leads_to_sign_in(office: Office, world: World) -> None:
    """With a good token of one's own; without one it is refused before."""
    draft = target(world, "draft")
    for rule in post_rules(office):
        client = office.client()
        assert client.post(about(rule, draft)).status_code == 400, rule.rule
        token = token_of(client, "/masuk")
        if rule.endpoint in OPEN:
            continue
        got = client.post(about(rule, draft), data={"csrf_token": token})
        assert got.status_code == 303, rule.rule
        assert got.headers["Location"].startswith("/masuk?next="), rule.rule


@pytest.mark.parametrize("name", ["exempt", "recalled"])
def test_T04_no_form_reaches_an_exempt_dataset(
    office: Office, world: World, sessions: dict[tuple[Role, str], FlaskClient], name: str
) -> None:
    """Those who made it and those who decided: the 404 of what never was, same bytes, same number of statements."""
    hidden = target(world, name)
    absent = missing(hidden)
    rules = [rule for rule in post_rules(office) if rule.arguments & DATASET_ARGUMENTS]
    assert len(rules) >= 20
    for role in (Role.ADMIN, Role.PRODUSEN, Role.PPID, Role.KEPALA_OPD):
        client = signed_in(office, world, role, OWN, sessions)
        token = token_of(client, "/akun")
        for rule in rules:
            one, two = (posted(client, item, rule, token) for item in (hidden, absent))
            assert one[0] == 404, (role, rule.rule, one[0])
            assert one == two, (role, rule.rule)


def posted(client: FlaskClient, item: Target, rule: Rule, token: str) -> tuple[int, bytes, int]:
    """Status, body without ids and form tokens, statements."""
    with counted_statements() as log:
        got = client.post(about(rule, item), data={"csrf_token": token})
    tokens = (str(item.dataset_id), item.dataset_id.hex, str(item.resource_id), item.resource_id.hex, item.name)
    return got.status_code, masked_body(got.get_data(), tokens), cost(log)


CHUNK_HEADERS = {"Upload-Length": "4", "Upload-Offset": "0", "Upload-Name": "walk.csv"}


def test_T40_chunks_of_a_file_are_taken_from_authors_of_the_agency_alone(
    office: Office, world: World, sessions: dict[tuple[Role, str], FlaskClient]
) -> None:
    """The upload's own addresses (HEAD, PUT): by role, and alike for what is exempt and what never was (T04)."""
    draft, own_id = target(world, "draft"), world.house.agencies[OWN]
    subject = Subject(agency_id=own_id, state="dikumpulkan", sifat="belum_ditetapkan")
    for role in SOME:
        for agency in (OWN, FOREIGN):
            client, at = signed_in(office, world, role, agency, sessions), world.house.agencies[agency]
            known = {"X-CSRFToken": token_of(client, "/akun")}
            visible = may(role, at, Permission.DATASET_READ, subject)
            for item in (draft, target(world, "exempt"), missing(draft)):
                address = f"/data/{item.dataset_id}/unggahan/{'a' * 32}"
                assert client.put(address, data=b"a;b\n", headers=CHUNK_HEADERS).status_code == 400, (role, "csrf")
                if item is draft and may(role, at, Permission.DATASET_UPLOAD, subject):
                    continue
                wanted = 403 if item is draft and visible else 404
                got = client.put(address, data=b"a;b\n", headers={**CHUNK_HEADERS, **known}).status_code
                assert (got, client.head(address).status_code) == (wanted, wanted), (role, agency, item.name)
            if not may(role, at, Permission.DATASET_CREATE, Subject(agency_id=own_id)):
                first = f"/unggah/{own_id}/berkas/{'b' * 32}"
                refused = client.put(first, data=b"a;b\n", headers={**CHUNK_HEADERS, **known}).status_code
                assert refused in {403, 404}, (role, agency, refused)
    anonymous = office.client().put(f"/data/{draft.dataset_id}/unggahan/{'a' * 32}", data=b"a;b\n")
    assert anonymous.status_code in {303, 400}
