"""Offers the access room's service to a process: one audit engine and one key ring a process, loaded at start."""

from __future__ import annotations

from datetime import UTC

from sqlalchemy import event

from config.settings import OfficeSettings
from portal.access.service import AccessService
from portal.audit.service import AuditService
from portal.kernel.db import open_engine
from portal.vault.files import VaultFiles
from portal.vault.keys import load_keys
from portal.web.request import Runtime, Scope


def offer(runtime: Runtime) -> None:
    """Offer AccessService and AuditService in an office or worker process.

    Raises KeyFileError when the key file is missing or wrong, ValueError in a process without the vault: both at
    start, before the first request.
    """
    settings, root = runtime.settings, runtime.vault_files
    if not isinstance(settings, OfficeSettings) or root is None:
        raise ValueError("only office and worker processes reach the vault")
    files = VaultFiles(root, load_keys(settings.vault_key_file))
    # a pool of its own: a request that holds its session must never wait for another such request to record
    audit = open_engine(settings.office_database_url, size=4, name="portal-audit")
    runtime.closers.append(audit.dispose)
    # it lives as long as the engine of the sessions does
    event.listen(runtime.sessions["office"].kw["bind"], "engine_disposed", lambda _engine: audit.dispose())
    territory = runtime.profile.territory
    zone = territory.time_zone if territory else UTC

    def access(scope: Scope) -> AccessService:
        collaborators = runtime.profile.policy.kolaborator
        return AccessService(audit, scope.session("office"), files, scope.now, zone, collaborators=collaborators)

    def record(scope: Scope) -> AuditService:
        return AuditService(audit, scope.session("office"))

    runtime.offer(AccessService, access)
    runtime.offer(AuditService, record)
