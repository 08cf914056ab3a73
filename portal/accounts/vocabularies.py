"""Vocabularies of tags: made by an administrator, public by nature."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from portal.accounts import models
from portal.audit.service import AuditService as Audit
from portal.kernel.decisions import require
from portal.kernel.identity import Identity
from portal.kernel.ids import as_uuid
from portal.kernel.permissions import Permission

_V, _T = models.vocabulary, models.vocabulary_tag


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """A vocabulary with its tags, (id, name) by name."""

    id: UUID
    name: str
    tags: tuple[tuple[UUID, str], ...]


class Vocabularies:
    """The register of vocabularies. Identity first; no commit."""

    def __init__(self, session: Session, audit: Audit) -> None:
        self.session = session
        self.audit = audit

    def all(self) -> list[Vocabulary]:
        """Every vocabulary by name."""
        tags: dict[UUID, list[tuple[UUID, str]]] = {}
        for row in self.session.execute(select(_T.c.vocabulary_id, _T.c.id, _T.c.name).order_by(_T.c.name)):
            tags.setdefault(row.vocabulary_id, []).append((row.id, row.name))
        rows = self.session.execute(select(_V.c.id, _V.c.name).order_by(_V.c.name))
        return [Vocabulary(row.id, row.name, tuple(tags.get(row.id, ()))) for row in rows]

    def find(self, name_or_id: str) -> Vocabulary | None:
        """The vocabulary of that name or id."""
        key = as_uuid(name_or_id)
        return next((item for item in self.all() if name_or_id == item.name or key == item.id), None)

    def create(self, identity: Identity, name: str, tags: Sequence[str], key: UUID | None = None) -> UUID:
        """Make one with its tags; names are checked by the caller."""
        require(identity, Permission.VOCABULARY_EDIT)
        made = key or uuid4()
        self.session.execute(insert(_V).values(id=made, name=name))
        for tag in dict.fromkeys(tags):
            self.add(identity, made, tag)
        self.audit.note(identity, "kosakata", detail={"vocabulary": str(made), "name": name})
        return made

    def change(self, identity: Identity, found: Vocabulary, name: str | None, tags: Sequence[str] | None) -> None:
        """Give another name, or other tags altogether; tags that stay keep their ids."""
        require(identity, Permission.VOCABULARY_EDIT)
        if name is not None:
            self.session.execute(update(_V).where(_V.c.id == found.id).values(name=name))
        if tags is not None:
            gone = [key for key, tag in found.tags if tag not in tags]
            self.session.execute(delete(_T).where(_T.c.id.in_(gone)))
            for tag in dict.fromkeys(tags):
                if tag not in {known for _key, known in found.tags}:
                    self.add(identity, found.id, tag)
        self.audit.note(identity, "kosakata", detail={"vocabulary": str(found.id)})

    def add(self, identity: Identity, vocabulary_id: UUID, tag: str) -> UUID:
        """Add a tag; its id."""
        require(identity, Permission.VOCABULARY_EDIT)
        key = uuid4()
        self.session.execute(insert(_T).values(id=key, vocabulary_id=vocabulary_id, name=tag))
        return key

    def remove_tag(self, identity: Identity, key: UUID) -> None:
        """Take a tag out of its vocabulary."""
        require(identity, Permission.VOCABULARY_EDIT)
        self.session.execute(delete(_T).where(_T.c.id == key))
        self.audit.note(identity, "kosakata", detail={"tag": str(key)})

    def delete(self, identity: Identity, found: Vocabulary) -> None:
        """Take the vocabulary away, its tags with it."""
        require(identity, Permission.VOCABULARY_EDIT)
        self.session.execute(delete(_V).where(_V.c.id == found.id))
        self.audit.note(identity, "kosakata", detail={"vocabulary": str(found.id), "name": found.name})
