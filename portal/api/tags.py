"""Actions on tags: free tags, and those of a vocabulary where one is named."""

from __future__ import annotations

from typing import Any

import orjson
from pydantic import AliasChoices, Field

from portal.api import vocabularies
from portal.api.action import Action, Call
from portal.api.answers import MOST_ROWS, spliced
from portal.api.arguments import Arguments, Flag, IdArguments, Natural, Text, Texts
from portal.catalog import addresses
from portal.kernel.errors import NotFound
from portal.kernel.ids import as_uuid
from portal.kernel.texts import gettext as _

MOST_WORDS = 20


class TagArguments(Arguments):
    """Words that a tag must hold, every one of them (`q` is another name of `query`)."""

    query: Texts = Field(default=(), validation_alias=AliasChoices("query", "q"))
    vocabulary_id: Text | None = None
    all_fields: Flag = False
    limit: Natural = 0
    offset: Natural = 0

    @property
    def words(self) -> tuple[str, ...]:
        """The words, without blank ones."""
        return tuple(word.strip() for word in self.query if word.strip())[:MOST_WORDS]


class TagShowArguments(IdArguments):
    """One tag by name or id."""

    vocabulary_id: Text | None = None
    include_datasets: Flag = False


def tag_list(call: Call, args: TagArguments) -> object:
    """Return the names of the tags in use, or with `all_fields` the tags. `query`: words that the name must hold."""
    if args.vocabulary_id:
        found = _of_vocabulary(call, args)
        return [tag.document() for tag in found] if args.all_fields else [tag.name for tag in found]
    if not args.words and not args.all_fields:
        return orjson.Fragment(call.queries.tag_names())
    names = call.queries.tags(args.words, args.limit or None if args.words else None, args.offset if args.words else 0)
    return [{**_tag(name), "display_name": name} for name in names] if args.all_fields else names


def tag_search(call: Call, args: TagArguments) -> object:
    """Return the tags whose name holds every word of `query`, with their number. `limit`, `offset`."""
    if args.vocabulary_id and args.words:
        found = [tag.document() for tag in _of_vocabulary(call, args)]
        page = found[args.offset :][: args.limit or None]
        return {"count": len(found), "results": [{k: v for k, v in tag.items() if k != "display_name"} for tag in page]}
    if not args.words:
        return {"count": 0, "results": []}
    names = call.queries.tags(args.words, args.limit or None, args.offset)
    return {"count": call.queries.count_tags(args.words), "results": [_tag(name) for name in names]}


def tag_autocomplete(call: Call, args: TagArguments) -> object:
    """Return the names of the tags that hold every word of `query`. `limit`, `offset`."""
    if args.vocabulary_id and args.words:
        return [tag.name for tag in _of_vocabulary(call, args)][args.offset :][: args.limit or None]
    if not args.words:
        return []
    return call.queries.tags(args.words, args.limit or None, args.offset)


def tag_show(call: Call, args: TagShowArguments) -> object:
    """Return a tag. `id`: its name or id; `include_datasets` adds its datasets, at most 1,000."""
    if args.vocabulary_id:
        key = vocabularies.vocabulary_id(call, args.vocabulary_id)
        tag = vocabularies.tag_of(call, key, args.id) if key else None
        if tag is None:
            raise NotFound
        return {**tag.document(), **({"packages": []} if args.include_datasets else {})}
    name = _name(call, args.id)
    if name is None:
        raise NotFound
    found: dict[str, Any] = {**_tag(name), "display_name": name}
    if args.include_datasets:
        found["packages"] = spliced(call.queries.newest(MOST_ROWS, tag=name))
    return found


def _of_vocabulary(call: Call, args: TagArguments) -> list[vocabularies.VocabularyTag]:
    """The tags of the vocabulary that hold every word. Raises NotFound for an unknown one without words, as CKAN."""
    key = vocabularies.vocabulary_id(call, args.vocabulary_id or "")
    if key is None:
        if args.words:
            return []
        raise NotFound(_("kosakata %(name)s", name=(args.vocabulary_id or "")[:80]))
    words = [word.lower() for word in args.words]
    return [tag for tag in vocabularies.tags_of(call, key) if all(word in tag.name.lower() for word in words)]


def _name(call: Call, name_or_id: str) -> str | None:
    """The tag's name. An id follows from the name and leads back only by looking through the tags in use."""
    if call.queries.has_tag(name_or_id):
        return name_or_id
    if as_uuid(name_or_id) is None:
        return None
    wanted = name_or_id.lower()
    names = call.queries.tags((), None, 0)
    return next((name for name in names if str(addresses.stable_id("tag", name)) == wanted), None)


def _tag(name: str) -> dict[str, Any]:
    return {"id": str(addresses.stable_id("tag", name)), "name": name, "vocabulary_id": None}


ACTIONS = (
    Action("tag_list", TagArguments, tag_list),
    Action("tag_show", TagShowArguments, tag_show),
    Action("tag_search", TagArguments, tag_search),
    Action("tag_autocomplete", TagArguments, tag_autocomplete),
)
