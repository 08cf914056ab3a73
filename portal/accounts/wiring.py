"""Wires accounts into the office: services, sign-in, pages."""

from __future__ import annotations

from pathlib import Path

from flask import Flask

from config.settings import OfficeSettings, is_loopback
from portal.accounts import admin_views, signed_in, views
from portal.accounts.service import Accounts
from portal.accounts.signing_in import SigningIn
from portal.accounts.throttle import Throttle
from portal.accounts.tokens import Tokens
from portal.audit.service import AuditService
from portal.kernel.seal import Sealer
from portal.operations.mail import Mailer
from portal.web.request import Runtime, Scope


def offer(runtime: Runtime) -> None:
    """Offer the services of this room."""
    settings = runtime.settings
    if not isinstance(settings, OfficeSettings):
        raise TypeError("accounts belong to the office")
    sealer = Sealer.from_file(Path(settings.session_key_file), "totp")
    throttle = Throttle(runtime.sessions["office"])

    def audit(scope: Scope) -> AuditService:
        return scope.service(AuditService)

    runtime.offer(Accounts, lambda scope: Accounts(scope.session("office"), audit(scope), scope.now()))
    runtime.offer(Tokens, lambda scope: Tokens(scope.session("office"), audit(scope), scope.now()))
    mailer = Mailer.from_settings(settings.smtp_url, settings.mail_from, settings.site_url, settings.office_url)
    runtime.offer(Mailer, lambda _scope: mailer)
    runtime.offer(SigningIn, lambda scope: SigningIn(scope.session("office"), throttle, sealer, scope.now()))


def install(app: Flask, runtime: Runtime) -> None:
    """Sign-in and the pages of accounts and administration."""
    signed_in.install(app, secure=not is_loopback(runtime.settings.office_url))
    app.register_blueprint(views.blueprint)
    app.register_blueprint(admin_views.blueprint)
