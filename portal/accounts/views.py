"""Sign-in, links and one's own account. Each view parses, calls one verb and renders."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

import segno
from flask import Blueprint, redirect, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response

from portal.accounts import forms, signed_in
from portal.accounts.identities import held_roles
from portal.accounts.schemas import TokenInput
from portal.accounts.signing_in import SecondFactorNeeded, SignIn, SigningIn
from portal.accounts.tokens import Tokens
from portal.kernel.errors import Invalid
from portal.kernel.permissions import Permission
from portal.web.rendering import render
from portal.web.request import identity, runtime, scope, service

blueprint = Blueprint("accounts", __name__, template_folder=str(Path(__file__).with_name("templates")))
Page = str | Response | tuple[str, int]


def local(path: str) -> str:
    """A path of this site, or the start page: never another host, however it is spelled."""
    safe = path.startswith("/") and not path.startswith(("//", "/\\")) and "\\" not in path and path.isprintable()
    return path if safe else "/"


@blueprint.route("/masuk", methods=["GET", "POST"])
def sign_in() -> Page:
    """The sign-in page; with a second factor it asks the code on the same page."""
    wanted_path = local(request.values.get("next", "/"))
    if request.method == "GET":
        return render("accounts/sign_in.html", next=wanted_path, email="", errors={}, code_needed=False)
    wanted = SignIn(request.form.get("email", ""), request.form.get("password", ""), request.form.get("code", ""))
    try:
        key, who = service(SigningIn).sign_in(wanted, address=request.remote_addr or "", agent=_agent())
    except (SecondFactorNeeded, Invalid) as error:
        return _sign_in_again(wanted, wanted_path, error)
    signed_in.begin(key, who)
    return redirect(wanted_path, 303)


def _agent() -> str:
    return str(request.user_agent)[:200]


def _sign_in_again(wanted: SignIn, path: str, error: SecondFactorNeeded | Invalid) -> Page:
    owed = isinstance(error, SecondFactorNeeded) or "code" in getattr(error, "fields", {})
    faults = {} if isinstance(error, SecondFactorNeeded) else {k: v[0] for k, v in error.fields.items()}
    page = render("accounts/sign_in.html", next=path, email=wanted.email, errors=faults, code_needed=owed)
    return page, 200 if isinstance(error, SecondFactorNeeded) else 422


@blueprint.post("/keluar")
def sign_out() -> Response:
    """End this session, here and in the database."""
    service(SigningIn).sign_out(signed_in.session_key())
    signed_in.end()
    return redirect(url_for("accounts.sign_in"), 303)


@blueprint.route("/tautan/<key>", methods=["GET", "POST"])
def link(key: str) -> Page:
    """An invitation or reset link: choose a password, and be signed in."""
    person = service(SigningIn).link_owner(key)
    if request.method == "GET":
        return render("accounts/link.html", person=person, errors={})
    try:
        fresh, who = service(SigningIn).use_link(
            key, _new_password(), address=request.remote_addr or "", agent=_agent()
        )
    except Invalid as error:
        return render("accounts/link.html", person=person, errors=_first(error)), 422
    signed_in.begin(fresh, who)
    return redirect("/", 303)


def _new_password() -> str:
    """The new password, typed twice alike."""
    password = request.form.get("password", "")
    if password != request.form.get("again", ""):
        message = _("Kedua isian kata sandi tidak sama.")
        raise Invalid(message, fields={"again": [message]})
    return password


def _first(error: Invalid) -> dict[str, str]:
    return {name: texts[0] for name, texts in error.fields.items()}


def _account(status: int = 200, **more: Any) -> Page:
    """The account page with its four parts."""
    who = identity()
    context = {
        "roles": held_roles(scope().session("office"), who.person_id) if who.person_id else (),
        "sessions": service(SigningIn).sessions(who),
        "tokens": service(Tokens).tokens(who),
        "second_factor": service(SigningIn).has_second_factor(who),
        "permission_options": [(item.value, item.value) for item in Permission],
        "errors": {},
        "new_token": None,
        "now": scope().now(),
    }
    return render("accounts/account.html", **{**context, **more}), status


@blueprint.get("/akun")
def account() -> Page:
    """One's own account."""
    return _account()


@blueprint.post("/akun/sandi")
def change_password() -> Page:
    """Change the password; other sessions end."""
    try:
        service(SigningIn).change_password(
            identity(), request.form.get("old", ""), _new_password(), keep=signed_in.session_key()
        )
    except Invalid as error:
        return _account(422, errors=_first(error))
    return redirect(url_for("accounts.account", tersimpan="sandi"), 303)


@blueprint.route("/akun/faktor-kedua", methods=["GET", "POST"])
def second_factor() -> Page:
    """Set up TOTP: show the QR code, then see one code of it."""
    signing_in = service(SigningIn)
    if request.method == "GET":
        return _totp_page(*signing_in.new_totp(identity(), runtime().profile.short_title))
    sealed = request.form.get("sealed", "")
    secret = signing_in.open_pending(identity(), sealed)
    try:
        signing_in.confirm_totp(identity(), secret, request.form.get("code", ""))
    except Invalid as error:
        return _totp_page(secret, signing_in.totp_address(identity(), secret, runtime().profile.short_title), error)
    return redirect(url_for("accounts.account", tersimpan="faktor-kedua"), 303)


def _totp_page(secret: str, address: str, error: Invalid | None = None) -> Page:
    # the picture is drawn with presentation attributes only, which the CSP allows
    picture = Markup(segno.make(address).svg_inline(scale=5, border=2, svgclass="qr", lineclass=None))  # noqa: S704
    sealed = service(SigningIn).seal_pending(identity(), secret)
    errors = _first(error) if error else {}
    page = render("accounts/totp.html", secret=secret, sealed=sealed, picture=picture, errors=errors)
    return page, 422 if error else 200


@blueprint.post("/akun/faktor-kedua/lepas")
def drop_second_factor() -> Page:
    """Switch TOTP off, with the password."""
    try:
        service(SigningIn).drop_totp(identity(), request.form.get("password", ""))
    except Invalid as error:
        return _account(422, errors={"totp": error.message})
    return redirect(url_for("accounts.account", tersimpan="faktor-kedua"), 303)


@blueprint.post("/akun/sesi/akhiri")
def end_sessions() -> Response:
    """End one's other sessions."""
    service(SigningIn).end_other_sessions(identity(), signed_in.session_key())
    return redirect(url_for("accounts.account", tersimpan="sesi"), 303)


@blueprint.post("/akun/token")
def make_token() -> Page:
    """Make an API token; its key is shown on the page that answers, once."""
    form = request.form
    values = {"name": form.get("name", ""), "scopes": form.getlist("scopes"), "days": form.get("days", "90")}
    try:
        _id, key = service(Tokens).make_token(identity(), forms.parse(TokenInput, values))
    except Invalid as error:
        return _account(422, errors={f"token_{name}": text for name, text in _first(error).items()})
    return _account(new_token=key)


@blueprint.post("/akun/token/<uuid:token_id>/cabut")
def revoke_token(token_id: UUID) -> Response:
    """Revoke an own token."""
    service(Tokens).revoke_token(identity(), token_id)
    return redirect(url_for("accounts.account", tersimpan="token"), 303)
