"""Writes of vocabularies and their tags; readers on both sides see them when the call returns. Administrators only."""

from __future__ import annotations

from typing import Any

from portal.accounts.vocabularies import Vocabularies, Vocabulary
from portal.api.action import Action
from portal.api.arguments import Arguments
from portal.api.errors import FieldText
from portal.api.office.call import OfficeCall
from portal.api.office.checks import Checks, Raw, given, missing, objects
from portal.api.office.rules import LONGEST, SHORTEST
from portal.api.references import MaybeRef, MaybeRefArguments
from portal.ingest.notices import Notices
from portal.kernel.decisions import require
from portal.kernel.errors import Conflict, NotFound, SignInRequired
from portal.kernel.ids import as_uuid
from portal.kernel.permissions import Permission
from portal.kernel.texts import gettext as _


class VocabularyWriteArguments(MaybeRefArguments):
    """A vocabulary: `tags` are objects with `name`."""

    name: Raw
    tags: Raw


class TagCreateArguments(Arguments):
    """A tag of a vocabulary."""

    name: Raw
    vocabulary_id: Raw


class TagDeleteArguments(MaybeRefArguments):
    """A tag by name or id, of a vocabulary."""

    vocabulary_id: MaybeRef


def vocabulary_create(call: OfficeCall, args: VocabularyWriteArguments) -> object:
    """Make a vocabulary of tags. `name`; `tags` (objects with `name`). Administrators only."""
    checks = Checks()
    name = _name(call, args, checks, None)
    tags = _tags(args, checks) or []
    checks.stop()
    key = call.service(Vocabularies).create(call.identity, name, tags)
    return _published(call, str(key))


def vocabulary_update(call: OfficeCall, args: VocabularyWriteArguments) -> object:
    """Change a vocabulary. `id`: its name or id; `name`; `tags`: all tags that it shall have. Administrators only."""
    found = _to_change(call, args)
    checks = Checks()
    name = _name(call, args, checks, found) if given(args.name) and args.name != found.name else None
    tags = _tags(args, checks)
    checks.stop()
    call.service(Vocabularies).change(call.identity, found, name, tags)
    return _published(call, str(found.id))


def vocabulary_delete(call: OfficeCall, args: VocabularyWriteArguments) -> object:
    """Take a vocabulary away, when it has no tags any more. `id`: its name or id. Administrators only."""
    found = _to_change(call, args)
    if found.tags:
        raise Conflict(_("Kosakata ini masih memuat tag; hapus tag-tagnya lebih dulu"))
    call.service(Vocabularies).delete(call.identity, found)
    call.service(Notices).notice("kosakata")
    return None


def _to_change(call: OfficeCall, args: VocabularyWriteArguments) -> Vocabulary:
    if not given(args.id):
        raise FieldText("id", _("id tidak disebut"))
    found = call.service(Vocabularies).find(str(args.id))
    if found is None:
        raise NotFound(_("kosakata “%(name)s”", name=str(args.id)[:80]))
    if not call.identity.signed_in:
        raise SignInRequired
    require(call.identity, Permission.VOCABULARY_EDIT)
    return found


def _name(call: OfficeCall, args: VocabularyWriteArguments, checks: Checks, found: Vocabulary | None) -> str:
    if not given(args.name):
        checks.fail("name", missing())
        return ""
    name = checks.text("name", args.name)
    other = call.service(Vocabularies).find(name)
    if len(name) < SHORTEST:
        checks.fail("name", _("Paling sedikit %(number)s huruf", number=SHORTEST))
    elif len(name) > LONGEST:
        checks.fail("name", _("Nama paling banyak %(number)s huruf", number=LONGEST))
    elif other is not None and (found is None or other.id != found.id):
        checks.fail("name", _("Nama kosakata ini sudah dipakai."))
    return name


def _tags(args: VocabularyWriteArguments, checks: Checks) -> list[str] | None:
    """Names of the tags; an object that says nothing is none, as in CKAN."""
    if args.tags is None:
        return None
    sent = args.model_dump(exclude_unset=True)
    return [checks.tag("tags", item.get("name")) for item in objects("tags", args.tags, sent) if item]


def _published(call: OfficeCall, key: str) -> dict[str, Any]:
    call.service(Notices).notice("kosakata")
    found = call.service(Vocabularies).find(key)
    if found is None:
        raise NotFound
    return {
        "id": str(found.id),
        "name": found.name,
        "tags": [_tag(found, tag_id, name) for tag_id, name in found.tags],
    }


def _tag(found: Vocabulary, tag_id: Any, name: str) -> dict[str, Any]:
    return {"id": str(tag_id), "name": name, "vocabulary_id": str(found.id), "display_name": name}


def tag_create(call: OfficeCall, args: TagCreateArguments) -> object:
    """Add a tag to a vocabulary. `name`, `vocabulary_id`: the vocabulary's id. Administrators only."""
    checks = Checks()
    name = checks.tag("name", args.name)
    found = None
    if not given(args.vocabulary_id):
        checks.fail("vocabulary_id", missing())
    else:
        key = as_uuid(str(args.vocabulary_id))
        found = call.service(Vocabularies).find(str(key)) if key else None
        if found is None:
            checks.fail("vocabulary_id", _("Kosakata tag tidak ditemukan."))
        elif not name:
            checks.fail("vocabulary_id", _("Nama tag tidak disebut"))
        elif name in {known for _id, known in found.tags}:
            checks.fail(
                "vocabulary_id", _("Tag %(tag)s sudah ada dalam kosakata %(name)s", tag=name, name=str(found.id))
            )
    checks.stop()
    if found is None:
        raise NotFound
    tag_id = call.service(Vocabularies).add(call.identity, found.id, name)
    call.service(Notices).notice("kosakata")
    return {**_tag(found, tag_id, name), "packages": []}


def tag_delete(call: OfficeCall, args: TagDeleteArguments) -> object:
    """Take a tag out of a vocabulary. `id`: its name or id; `vocabulary_id`: the vocabulary's name or id. A free tag
    goes when no dataset bears it any more. Administrators only."""
    if not given(args.id):
        raise FieldText("id", _("id tidak disebut"))
    missing_tag = NotFound(_("tag “%(name)s”", name=str(args.id)[:80]))
    if not given(args.vocabulary_id):
        if not call.queries.has_tag(str(args.id)):
            raise missing_tag
        _require(call)
        raise Conflict(_("Tag ini dipakai dataset yang terbit; ubahlah dataset itu"))
    found = call.service(Vocabularies).find(str(args.vocabulary_id))
    tags = found.tags if found else ()
    tag_id = next((key for key, name in tags if str(args.id) in {name, str(key)}), None)
    if tag_id is None:
        raise missing_tag
    _require(call)
    call.service(Vocabularies).remove_tag(call.identity, tag_id)
    call.service(Notices).notice("kosakata")
    return None


def _require(call: OfficeCall) -> None:
    if not call.identity.signed_in:
        raise SignInRequired
    require(call.identity, Permission.VOCABULARY_EDIT)


ACTIONS = (
    Action("vocabulary_create", VocabularyWriteArguments, vocabulary_create, Permission.VOCABULARY_EDIT, writes=True),
    Action("vocabulary_update", VocabularyWriteArguments, vocabulary_update, writes=True),
    Action("vocabulary_delete", VocabularyWriteArguments, vocabulary_delete, writes=True),
    Action("tag_create", TagCreateArguments, tag_create, Permission.VOCABULARY_EDIT, writes=True),
    Action("tag_delete", TagDeleteArguments, tag_delete, writes=True),
)
