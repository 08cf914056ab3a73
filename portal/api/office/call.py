"""What an action of the office works with: the published side as everywhere, and this request's scope."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy.orm import Session

from portal.access.service import AccessService
from portal.accounts.service import Accounts
from portal.api.action import Call
from portal.ingest.service import Ingest
from portal.web.request import Runtime, Scope

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeCall(Call):
    """One call on the office process. Services ask the permission table; an action never decides by itself.

    The request wrapper commits once after a good answer; only the release verb commits in between.
    """

    scope: Scope
    #: the dataset comes in from outside by a program of ours: it is received, and may bring its ids
    arrives: bool = False

    @property
    def runtime(self) -> Runtime:
        """Settings, profile, engines of this process."""
        return self.scope.runtime

    @property
    def office(self) -> Session:
        """The office database's session of this request."""
        return self.scope.session("office")

    @property
    def ingest(self) -> Ingest:
        """Drafts, files, decisions, release."""
        return self.scope.service(Ingest)

    @property
    def access(self) -> AccessService:
        """Proofs: the way to anything that is not published."""
        return self.scope.service(AccessService)

    @property
    def accounts(self) -> Accounts:
        """People and agencies."""
        return self.scope.service(Accounts)

    def service(self, kind: type[T]) -> T:
        """Any other service of this request."""
        return self.scope.service(kind)
