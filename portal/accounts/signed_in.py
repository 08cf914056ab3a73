"""Flask-Login over our own server-side sessions, and the guard that closes every office page by default.

The cookie holds only a random session key (signed by Flask); who that is, and whether still, is asked of the
database at each request. A request with an Authorization header is a token's and never a cookie's, so a page of
another site cannot ride on a session (CSRF protection is on for everything else).
"""

from __future__ import annotations

from flask import Flask, Response, request
from flask import session as cookie
from flask_login import LoginManager, UserMixin, login_user, logout_user
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.wrappers import Response as BaseResponse

from portal.accounts.signing_in import SigningIn
from portal.accounts.tokens import Tokens
from portal.kernel.decisions import decide
from portal.kernel.errors import Forbidden, Invalid, SignInRequired
from portal.kernel.identity import Identity
from portal.kernel.permissions import Permission
from portal.kernel.texts import gettext as _
from portal.web.errors import answer
from portal.web.request import identity, service, set_identity

#: Endpoints that answer without a signed-in person; everything else of the office is closed (default deny).
OPEN_ENDPOINTS = frozenset({
    "accounts.sign_in", "accounts.link", "assets.file", "health.health", "pictures.person",
})  # fmt: skip
#: Blueprints that ask the permission table themselves, anonymous callers included (the API answers as the public side).
OPEN_BLUEPRINTS = frozenset({"api", "api_util", "datastore"})

csrf = CSRFProtect()


class OfficeUser(UserMixin):  # type: ignore[misc]
    """What Flask-Login keeps of a request's person: the key of his session and his identity."""

    def __init__(self, key: str, who: Identity) -> None:
        self.key = key
        self.who = who

    def get_id(self) -> str:
        """The session key: what the cookie holds."""
        return self.key


def install(app: Flask, *, secure: bool) -> None:
    """Sign-in by cookie or token, CSRF protection, and the closed door."""
    app.config.update(
        SESSION_COOKIE_NAME="__Host-kantor" if secure else "kantor",
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_SSL_STRICT=secure,
    )
    manager = LoginManager()
    manager.session_protection = None  # sessions are checked in the database, not by address
    manager.init_app(app)
    manager.user_loader(_load)
    csrf.init_app(app)
    app.register_error_handler(CSRFError, _csrf_refused)
    app.before_request(guard)


def _load(key: str) -> OfficeUser | None:
    who = service(SigningIn).resolve(key, address=request.remote_addr or "")
    return OfficeUser(key, who) if who else None


def session_key() -> str:
    """The key of this request's session, or an empty text."""
    return str(cookie.get("_user_id", ""))


def begin(key: str, who: Identity) -> None:
    """Sign in: whatever the cookie held before is thrown away (fixation)."""
    cookie.clear()
    login_user(OfficeUser(key, who))
    set_identity(who)


def end() -> None:
    """Sign out here; the caller has ended the session in the database."""
    logout_user()
    cookie.clear()


def guard() -> None:
    """Find out who asks, check CSRF where a cookie signs in, and refuse what is not open."""
    header = request.headers.get("Authorization", "")
    if header:
        who = service(Tokens).resolve_token(header.removeprefix("Bearer ").strip(), address=request.remote_addr or "")
        if who:
            set_identity(who)
    elif request.blueprint not in OPEN_BLUEPRINTS:  # a cookie counts for nothing there: no page can ride on a session
        user = _load(session_key()) if session_key() else None
        if user:
            set_identity(user.who)
        if request.endpoint is not None:  # nothing runs at an address or by a method that is not there
            csrf.protect()
    if request.endpoint in OPEN_ENDPOINTS or request.blueprint in OPEN_BLUEPRINTS or request.endpoint is None:
        return
    if not identity().signed_in:
        raise SignInRequired(_("Silakan masuk terlebih dahulu."))
    if not decide(_without_scopes(identity()), Permission.OFFICE_ENTER):
        raise Forbidden(_("Akun ini belum mempunyai peran di instansi mana pun."))


def _without_scopes(who: Identity) -> Identity:
    """Entering is no act of a token's scopes; each act behind the door asks its own permission with them."""
    return Identity(person_id=who.person_id, roles=who.roles)


def _csrf_refused(_error: CSRFError) -> tuple[Response | str, int] | BaseResponse:
    message = _("Halaman ini terlalu lama terbuka. Muat ulang lalu kirim lagi; isian Anda belum disimpan.")
    return answer(400, Invalid(message, rule="csrf"))
