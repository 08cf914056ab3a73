"""Actions on tags: free tags, and those of a vocabulary where one is named."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import orjson
from pydantic import AliasChoices, BeforeValidator, Field, WithJsonSchema

from portal.api import vocabularies
from portal.api.action import Action, Call
from portal.api.answers import MOST_ROWS, spliced
from portal.api.arguments import Arguments, Flag, IdArguments, Natural, Text, as_texts
from portal.catalog import addresses
from portal.kernel.errors import NotFound
from portal.kernel.ids import as_uuid
from portal.kernel.texts import gettext as _

MOST_WORDS = 20


def _as_words(value: Any) -> tuple[str, ...]:
    """One text or a list of texts; an object says nothing."""
    return () if isinstance(value, dict) else as_texts(value)


def _of_fields(value: Any) -> tuple[str, ...]:
    """CKAN's old way of asking: the words under `tag` or `tags` of an object."""
    named = [value[name] for name in ("tag", "tags") if name in value] if isinstance(value, Mapping) else []
    return as_texts(named)


Words = Annotated[tuple[str, ...], BeforeValidator(_as_words)]
OldWords = Annotated[tuple[str, ...], BeforeValidator(_of_fields), WithJsonSchema({"type": "object"})]
#: Anything that Python takes for a yes, as CKAN asks it here.
Truth = Annotated[bool, BeforeValidator(bool)]


class TagArguments(Arguments):
    """Words that a tag must hold, every one of them (`q` is another name of `query`). Without `limit`: all tags."""

    query: Words = Field(default=(), validation_alias=AliasChoices("query", "q"))
    fields: OldWords = ()
    vocabulary_id: Text | None = None
    all_fields: Truth = False
    limit: Natural | None = None
    offset: Natural = 0

    @property
    def words(self) -> tuple[str, ...]:
        """The words, without blank ones."""
        return tuple(word.strip() for word in (*self.query, *self.fields) if word.strip())[:MOST_WORDS]

    def page(self, names: list[Any]) -> list[Any]:
        """The page of what was found that is asked for."""
        return names[self.offset : None if self.limit is None else self.offset + self.limit]


class TagShowArguments(IdArguments):
    """One tag by name or id."""

    vocabulary_id: Text | None = None
    include_datasets: Flag = False


def tag_list(call: Call, args: TagArguments) -> object:
    """Return the names of the tags in use, or with `all_fields` the tags. `query`: words that the name must hold."""
    if args.vocabulary_id:
        found = _of_vocabulary(call, args)
        found = args.page(found) if args.words else found
        return [tag.document() for tag in found] if args.all_fields else [tag.name for tag in found]
    if not args.words and not args.all_fields:
        return orjson.Fragment(call.queries.tag_names())
    names = args.page(call.queries.tags(args.words, None, 0)) if args.words else call.queries.tags((), None, 0)
    return [{**_tag(name), "display_name": name} for name in names] if args.all_fields else names


def tag_search(call: Call, args: TagArguments) -> object:
    """Return the tags whose name holds every word of `query`, with their number. `limit`, `offset`."""
    if args.vocabulary_id and args.words:
        found = [tag.document() for tag in _of_vocabulary(call, args)]
        page = [{k: v for k, v in tag.items() if k != "display_name"} for tag in args.page(found)]
        return {"count": len(found), "results": page}
    if not args.words:
        return {"count": 0, "results": []}
    names = call.queries.tags(args.words, None, 0)
    return {"count": len(names), "results": [_tag(name) for name in args.page(names)]}


def tag_autocomplete(call: Call, args: TagArguments) -> object:
    """Return the names of the tags that hold every word of `query`. `limit`, `offset`."""
    if args.vocabulary_id and args.words:
        return args.page([tag.name for tag in _of_vocabulary(call, args)])
    if not args.words:
        return []
    return args.page(call.queries.tags(args.words, None, 0))


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
        named = vocabularies.tag_by_id(call, args.id)
        if named is None:
            raise NotFound
        return {**named.document(), **({"packages": []} if args.include_datasets else {})}
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
