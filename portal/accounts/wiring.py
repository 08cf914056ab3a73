"""Wires accounts into the office: services, sign-in, pages."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from flask import Flask

from config.settings import OfficeSettings, is_loopback
from portal.accounts import admin_views, signed_in, views
from portal.accounts.activities import Activities
from portal.accounts.follows import Follows
from portal.accounts.groups import Groups
from portal.accounts.membership import Membership
from portal.accounts.organizations import Organizations
from portal.accounts.people import People
from portal.accounts.service import Accounts
from portal.accounts.signing_in import SigningIn
from portal.accounts.site_texts import SiteTexts
from portal.accounts.throttle import Throttle
from portal.accounts.tokens import Tokens
from portal.accounts.vocabularies import Vocabularies
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
    _offer_register(runtime, audit)
    mailer = Mailer.from_settings(settings.smtp_url, settings.mail_from, settings.site_url, settings.office_url)
    runtime.offer(Mailer, lambda _scope: mailer)
    runtime.offer(SigningIn, lambda scope: SigningIn(scope.session("office"), throttle, sealer, scope.now()))


def _offer_register(runtime: Runtime, audit: Callable[[Scope], AuditService]) -> None:
    """The registers behind CKAN's verbs."""
    policy, territory = runtime.profile.policy, runtime.profile.territory
    like_ckan, region = policy.akun_seperti_ckan, territory.code if territory else ""

    def organizations(scope: Scope) -> Organizations:
        session = scope.session("office")
        return Organizations(session, audit(scope), scope.now(), like_ckan=like_ckan, region=region)

    def groups(scope: Scope) -> Groups:
        return Groups(scope.session("office"), audit(scope), scope.now(), like_ckan=like_ckan)

    runtime.offer(People, lambda scope: People(scope.session("office"), audit(scope), scope.now()))
    runtime.offer(Membership, lambda scope: Membership(scope.session("office"), audit(scope), scope.now()))
    runtime.offer(Organizations, organizations)
    runtime.offer(Groups, groups)
    runtime.offer(Follows, lambda scope: Follows(scope.session("office"), scope.now()))
    runtime.offer(Activities, lambda scope: Activities(scope.session("office"), scope.now()))
    runtime.offer(Vocabularies, lambda scope: Vocabularies(scope.session("office"), audit(scope)))
    runtime.offer(SiteTexts, lambda scope: SiteTexts(scope.session("office"), audit(scope), scope.now()))


def install(app: Flask, runtime: Runtime) -> None:
    """Sign-in and the pages of accounts and administration."""
    signed_in.install(app, secure=not is_loopback(runtime.settings.office_url))
    app.register_blueprint(views.blueprint)
    app.register_blueprint(admin_views.blueprint)
