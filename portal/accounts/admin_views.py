"""Administration of agencies and people. Each view parses, calls one verb and renders."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from portal.accounts import bulk, forms
from portal.accounts.schemas import AgencyInput, PersonInput, RoleInput
from portal.accounts.service import Accounts
from portal.kernel.decisions import require
from portal.kernel.errors import Invalid
from portal.kernel.identity import ASSIGNABLE_ROLES
from portal.kernel.permissions import Permission
from portal.operations.mail import Kind, Mailer, Notice
from portal.web.rendering import render
from portal.web.request import identity, runtime, scope, service

blueprint = Blueprint(
    "administration", __name__, url_prefix="/admin", template_folder=str(Path(__file__).with_name("templates"))
)
Page = str | Response | tuple[str, int]
TINGKAT = [(name, name) for name in ("daerah", "kecamatan", "desa", "provinsi", "pusat", "vertikal", "lain")]
ROLES = [(role.value, role.value) for role in ASSIGNABLE_ROLES]


def _agency_options() -> list[tuple[str, str]]:
    return [(str(row.id), row.title) for row in service(Accounts).agencies(identity())]


def _first(error: Invalid) -> dict[str, str]:
    return {name: texts[0] for name, texts in error.fields.items()}


@blueprint.get("/instansi")
def agencies() -> Page:
    """All agencies."""
    return render("accounts/agencies.html", agencies=service(Accounts).agencies(identity()))


@blueprint.route("/instansi/baru", methods=["GET", "POST"])
@blueprint.route("/instansi/<uuid:agency_id>", methods=["GET", "POST"])
def agency(agency_id: UUID | None = None) -> Page:
    """Make or change an agency."""
    require(identity(), Permission.AGENCY_EDIT)
    if request.method == "GET":
        row = service(Accounts).agency(agency_id) if agency_id else None
        return _agency_page(row, {})
    values = forms.agency_values(request.form)
    try:
        service(Accounts).save_agency(identity(), forms.parse(AgencyInput, values), agency_id)
    except Invalid as error:
        return _agency_page({**values, "id": agency_id}, _first(error)), 422
    return redirect(url_for("administration.agencies", tersimpan=1), 303)


def _agency_page(row: Any, errors: dict[str, str]) -> str:
    return render("accounts/agency.html", agency=row, errors=errors, tingkat_options=TINGKAT)


@blueprint.get("/orang")
def people() -> Page:
    """People, of one agency or of all."""
    agency_id = request.args.get("instansi", type=UUID)
    q = request.args.get("q", "").strip()[:100]
    found = service(Accounts).people(identity(), agency_id, q)
    context = {"agency_options": _agency_options(), "agency_id": agency_id, "q": q}
    return render("accounts/people.html", people=found, **context)


@blueprint.route("/orang/undang", methods=["GET", "POST"])
def invite() -> Page:
    """Invite a person; the link is shown once and mailed where mail is set up."""
    require(identity(), Permission.PERSON_INVITE)
    if request.method == "GET":
        return _invite_page({}, {})
    form = request.form
    role = {"agency_id": form.get("agency_id", ""), "role": form.get("role", "")}
    values = {"email": form.get("email", ""), "name": form.get("name", ""), "roles": [role]}
    try:
        wanted = forms.parse(PersonInput, values)
        person_id, key = service(Accounts).invite(identity(), wanted)
    except Invalid as error:
        return _invite_page({**values, **role}, _first(error)), 422
    return _person_page(person_id, link=_share(wanted.email, key, "invitation"))


def _invite_page(values: dict[str, Any], errors: dict[str, str]) -> str:
    options = {"agency_options": _agency_options(), "role_options": ROLES}
    return render("accounts/invite.html", values=values, errors=errors, **options)


def _share(email: str, key: str, kind: Kind) -> str:
    """The whole address of a link, mailed too where mail is set up."""
    address = f"{runtime().settings.office_url.rstrip('/')}/tautan/{key}"
    service(Mailer).queue(scope().session("office"), Notice(email, kind, address))
    return address


def _person_page(person_id: UUID, *, link: str = "", status: int = 200, errors: dict[str, str] | None = None) -> Page:
    person = service(Accounts).person(identity(), person_id)
    options = {"agency_options": _agency_options(), "role_options": ROLES}
    return render("accounts/person.html", person=person, link=link, errors=errors or {}, **options), status


@blueprint.get("/orang/<uuid:person_id>")
def person(person_id: UUID) -> Page:
    """One person: roles, link, in or out."""
    return _person_page(person_id)


@blueprint.post("/orang/<uuid:person_id>/peran")
def change_role(person_id: UUID) -> Page:
    """Give a role, or take one away."""
    values = {"agency_id": request.form.get("agency_id", ""), "role": request.form.get("role", "")}
    try:
        wanted = forms.parse(RoleInput, values)
    except Invalid as error:
        return _person_page(person_id, status=422, errors=_first(error))
    verb = service(Accounts).take_role if request.form.get("ambil") else service(Accounts).give_role
    verb(identity(), person_id, wanted)
    return redirect(url_for("administration.person", person_id=person_id), 303)


@blueprint.post("/orang/<uuid:person_id>/atur-ulang")
def reset(person_id: UUID) -> Page:
    """A reset link, shown once."""
    key = service(Accounts).reset_link(identity(), person_id)
    email = service(Accounts).person(identity(), person_id).email
    return _person_page(person_id, link=_share(email, key, "password_reset"))


@blueprint.post("/orang/<uuid:person_id>/aktif")
def active(person_id: UUID) -> Response:
    """Let a person in, or keep him out at once."""
    service(Accounts).set_active(identity(), person_id, active=bool(request.form.get("aktif")))
    return redirect(url_for("administration.person", person_id=person_id), 303)


@blueprint.route("/muat", methods=["GET", "POST"])
def load() -> Page:
    """Agencies or people from a CSV file."""
    require(identity(), Permission.PERSON_INVITE)
    if request.method == "GET":
        return _load_page()
    upload = request.files.get("berkas")
    data = upload.read() if upload else b""
    try:
        loaded = _load(request.form.get("jenis", ""), data)
    except Invalid as error:
        return _load_page(faults=error.fields.get("berkas", (error.message,))), 422
    return _load_page(loaded=loaded)


def _load(kind: str, data: bytes) -> bulk.Loaded:
    accounts = service(Accounts)
    if kind == "instansi":
        return bulk.load_agencies(accounts, identity(), data)
    loaded = bulk.load_people(accounts, identity(), scope().session("office"), data)
    links = {email: _share(email, key, "invitation") for email, key in loaded.links.items()}
    return bulk.Loaded(loaded.made, loaded.changed, links)


def _load_page(loaded: bulk.Loaded | None = None, faults: Any = ()) -> str:
    columns = {"instansi": bulk.AGENCY_COLUMNS, "orang": bulk.PERSON_COLUMNS}
    return render("accounts/load.html", loaded=loaded, faults=faults, columns=columns)
