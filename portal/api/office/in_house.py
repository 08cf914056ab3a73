"""The action API from inside the process, for plugins: the same checks and the same verbs, without a request."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts import models
from portal.accounts.identities import identity_of
from portal.accounts.people import People
from portal.api import errors
from portal.api.office.call import OfficeCall
from portal.api.service import ActionApi
from portal.contract.actions import ActionRefused
from portal.contract.work import Services
from portal.kernel.errors import NotFound
from portal.kernel.identity import Identity
from portal.web.request import Scope

#: From here on it is no refusal but a fault of ours, or a part that does not answer.
FAULT = 500


class InHouse:
    """`portal.contract.actions.HouseActions` over one scope."""

    def __init__(self, scope: Scope, api: ActionApi, call_of: Callable[[Identity], OfficeCall]) -> None:
        self._scope = scope
        self._api = api
        self._call_of = call_of

    def call(self, name: str, data: Mapping[str, Any], *, arrives: bool = False) -> Any:
        """As the protocol says."""
        identity = self._scope.identity
        api = ActionApi(self._api.actions, lambda who: replace(self._call_of(who), arrives=arrives))
        try:
            found = api.run(identity, api.find(name), data)
        except Exception as error:
            status, body = errors.answer(error)
            if status >= FAULT:
                raise
            raise ActionRefused(status, body if isinstance(body, Mapping) else {"message": body}) from error
        return orjson.loads(orjson.dumps(found))


class InOffice:
    """`portal.contract.actions.Office` over one scope."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    @property
    def identity(self) -> Identity:
        """As the protocol says."""
        return self._scope.identity

    @property
    def session(self) -> Session:
        """As the protocol says."""
        return self._scope.session("office")

    def commit(self) -> None:
        """As the protocol says."""
        self._scope.commit()

    @contextmanager
    def acting(self, person_id: UUID) -> Iterator[Services]:
        """As the protocol says."""
        scope = self._scope.runtime.scope()
        try:
            session = scope.session("office")
            wanted = select(models.person).where(models.person.c.id == person_id, models.person.c.active)
            person = session.execute(wanted).one_or_none()
            if person is None:
                raise NotFound
            scope.identity = identity_of(session, person)
            yield scope
            scope.commit()
        finally:
            scope.close()

    def person(self, name_or_id: str) -> UUID | None:
        """As the protocol says."""
        people = self._scope.service(People)
        found = people.by_email(name_or_id) if "@" in name_or_id else people.find(name_or_id)
        return found.id if found is not None and found.active else None

    def agencies(self) -> list[tuple[UUID, str]]:
        """As the protocol says."""
        agency = models.agency.c
        rows = self.session.execute(
            select(agency.id, agency.title).where(agency.active).order_by(agency.title, agency.id)
        )
        return [(row.id, row.title) for row in rows]

    def allows(self, switch: str) -> bool:
        """As the protocol says."""
        return bool(getattr(self._scope.runtime.profile.policy, switch))
