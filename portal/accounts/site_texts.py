"""Texts of the portal that an administrator may change while it runs (CKAN's configuration options)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from portal.accounts import models
from portal.audit.service import AuditService as Audit
from portal.kernel.decisions import require
from portal.kernel.identity import Identity
from portal.kernel.permissions import Permission

_T = models.site_text


class SiteTexts:
    """The changed texts by key. Identity first; no commit."""

    def __init__(self, session: Session, audit: Audit, now: datetime) -> None:
        self.session = session
        self.audit = audit
        self.now = now

    def all(self) -> dict[str, str]:
        """What was changed, by key."""
        return {row.key: row.value for row in self.session.execute(select(_T.c.key, _T.c.value))}

    def change(self, identity: Identity, values: Mapping[str, str]) -> None:
        """Change texts; the keys are checked by the caller."""
        require(identity, Permission.SYSTEM_CONFIGURE)
        for key, value in values.items():
            changed = {"value": value, "changed": self.now, "changed_by": identity.person_id}
            statement = upsert(_T).values(key=key, **changed)
            self.session.execute(statement.on_conflict_do_update(index_elements=["key"], set_=changed))
        self.audit.note(identity, "teks_situs", detail={"keys": sorted(values)})
