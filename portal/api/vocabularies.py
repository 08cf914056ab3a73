"""Vocabularies of tags and their tags: public facts, read alike on both sides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from portal.api.action import Action, Call
from portal.api.arguments import NoArguments
from portal.api.errors import FieldText
from portal.api.references import MaybeRefArguments
from portal.catalog import models
from portal.kernel.errors import NotFound
from portal.kernel.ids import as_uuid
from portal.kernel.texts import gettext as _

_V, _T = models.vocabulary, models.vocabulary_tag


@dataclass(frozen=True, slots=True)
class VocabularyTag:
    """A tag of a vocabulary."""

    id: UUID
    name: str
    vocabulary_id: UUID

    def document(self) -> dict[str, Any]:
        """CKAN's tag."""
        return {
            "id": str(self.id),
            "name": self.name,
            "vocabulary_id": str(self.vocabulary_id),
            "display_name": self.name,
        }


class VocabularyArguments(MaybeRefArguments):
    """A vocabulary by name or id."""


def vocabulary_list(call: Call, _args: NoArguments) -> object:
    """Return the vocabularies of tags, each with its tags."""
    rows = call.queries.session.execute(select(_V.c.id, _V.c.name).order_by(_V.c.name)).all()
    found: dict[UUID, list[VocabularyTag]] = {}
    for tag in _tags(call):
        found.setdefault(tag.vocabulary_id, []).append(tag)
    return [_document(row.id, row.name, found.get(row.id, [])) for row in rows]


def vocabulary_show(call: Call, args: VocabularyArguments) -> object:
    """Return a vocabulary of tags. `id`: its name or id."""
    if not args.id:
        raise FieldText("id", _("id tidak disebut"))
    key = as_uuid(args.id)
    where = _V.c.id == key if key else _V.c.name == args.id
    row = call.queries.session.execute(select(_V.c.id, _V.c.name).where(where)).one_or_none()
    if row is None:
        raise NotFound(_("kosakata “%(name)s”", name=args.id[:80]))
    return _document(row.id, row.name, tags_of(call, row.id))


def vocabulary_id(call: Call, name_or_id: str) -> UUID | None:
    """The id of a vocabulary, or None."""
    key = as_uuid(name_or_id)
    where = _V.c.id == key if key else _V.c.name == name_or_id
    return call.queries.session.scalar(select(_V.c.id).where(where))


def tags_of(call: Call, key: UUID) -> list[VocabularyTag]:
    """The tags of one vocabulary, by name."""
    return _tags(call, _T.c.vocabulary_id == key)


def tag_of(call: Call, key: UUID, name_or_id: str) -> VocabularyTag | None:
    """A tag of a vocabulary by name or id, or None."""
    tag_id = as_uuid(name_or_id)
    found = _tags(call, _T.c.vocabulary_id == key, _T.c.id == tag_id if tag_id else _T.c.name == name_or_id)
    return found[0] if found else None


def tag_by_id(call: Call, key: str) -> VocabularyTag | None:
    """A tag of any vocabulary by its id, or None."""
    tag_id = as_uuid(key)
    found = _tags(call, _T.c.id == tag_id) if tag_id else []
    return found[0] if found else None


def _tags(call: Call, *where: Any) -> list[VocabularyTag]:
    query = select(_T.c.id, _T.c.name, _T.c.vocabulary_id).where(*where).order_by(_T.c.name)
    return [VocabularyTag(*row) for row in call.queries.session.execute(query)]


def _document(key: UUID, name: str, tags: list[VocabularyTag]) -> dict[str, Any]:
    return {"id": str(key), "name": name, "tags": [tag.document() for tag in tags]}


ACTIONS = (
    Action("vocabulary_list", NoArguments, vocabulary_list),
    Action("vocabulary_show", VocabularyArguments, vocabulary_show),
)
