"""Arguments of the datastore's writes, and what a call wants a table to look like."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

import orjson
from pydantic import BeforeValidator, ConfigDict, model_validator
from pydantic_core import PydanticUseDefault

from portal.api.arguments import Arguments, LaxFlag, Text, as_text, refused
from portal.api.datastore import resource_id
from portal.api.errors import IntegrityError
from portal.contract.metadata import ColumnEntry
from portal.ingest.checks import REGION_CODES, is_code_column
from portal.ingest.live import Structure
from portal.kernel.errors import Invalid
from portal.kernel.texts import gettext as _
from portal.tables import types
from portal.tables.guessing import guess

MOST_FIELDS, LONGEST_NAME = 1_500, 63
METHODS = ("upsert", "insert", "update")
Named = tuple[str, ...]


def _as_count(value: Any) -> bool | str:
    """CKAN's `one_of_or_boolean(["background"])`."""
    if value == "background":
        return "background"
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in {"true", "yes", "t", "y", "1", "false", "no", "f", "n", "0"}:
        return value.lower() in {"true", "yes", "t", "y", "1"}
    raise refused(_("Nilai harus benar/salah atau salah satu dari: %(values)s", values="background"))


def _as_method(value: Any) -> str:
    if value == "":
        raise PydanticUseDefault
    if value not in METHODS:
        raise refused(_("Nilai harus salah satu dari %(values)s", values=", ".join(METHODS)))
    return str(value)


def _as_list(value: Any) -> Any:
    """Texts in a list (a list of texts counts as one), or in one text with commas between them."""
    if isinstance(value, str):
        return [part.strip().strip('"') for part in as_text(value).split(",") if part.strip()]
    if not isinstance(value, list):
        raise refused(_("Bukan daftar"))
    for item in value:
        if not isinstance(item, str | list):
            raise refused(_("Harus berupa teks atau daftar"))
    return value


_ECHOED = ("aliases", "indexes", "primary_key")
Count = Annotated[Any, BeforeValidator(_as_count)]
Listed = Annotated[Any, BeforeValidator(_as_list)]


class WriteArguments(Arguments):
    """What all writes have in common; keys that there are not come back as CKAN's `__extras`."""

    model_config = ConfigDict(extra="allow", frozen=True)

    force: LaxFlag = False
    calculate_record_count: Count = "background"
    #: what the caller said, in his own form, as the answer repeats it
    said: Any = None

    @model_validator(mode="before")
    @classmethod
    def _named(cls, data: Any) -> Any:
        named = resource_id(data)
        if not isinstance(named, dict):
            return named
        rest = {key: value for key, value in named.items() if key not in {"records", "resource"}}
        return {**named, "said": rest}

    def extras(self) -> dict[str, Any]:
        """`__extras` where there are any."""
        return {"__extras": dict(self.model_extra)} if self.model_extra else {}


class CreateArguments(WriteArguments):
    """CKAN's arguments of `datastore_create`; a blank `resource_id` names a table that there is not."""

    @model_validator(mode="before")
    @classmethod
    def _blank(cls, data: Any) -> Any:
        if not isinstance(data, dict) or data.get("resource_id") not in ("", [], {}):
            return data
        if data.get("id") or data.get("resource"):
            return data
        blank = data["resource_id"]
        return {**data, "resource_id": " " if blank == "" else orjson.dumps(blank).decode()}

    resource_id: Text | None = None
    resource: Any = None
    fields: Any = None
    records: Any = None
    aliases: Listed = None
    primary_key: Listed = None
    indexes: Listed = None
    delete_fields: LaxFlag = False
    include_records: LaxFlag = False
    triggers: Any = None

    def echo(self, fields: list[dict[str, Any]]) -> dict[str, Any]:
        """What the caller said, as the answer repeats it; `fields` have the types that were guessed."""
        return {
            **self.extras(),
            "calculate_record_count": self.calculate_record_count,
            "delete_fields": self.delete_fields,
            **{key: self.said[key] for key in _ECHOED if self.said.get(key) is not None},
            **({"fields": fields} if fields else {}),
        }


class UpsertArguments(WriteArguments):
    """CKAN's arguments of `datastore_upsert`."""

    resource_id: Text
    method: Annotated[Literal["upsert", "insert", "update"], BeforeValidator(_as_method)] = "upsert"
    records: Any = None
    include_records: LaxFlag = False
    dry_run: LaxFlag = False


class DeleteArguments(WriteArguments):
    """CKAN's arguments of `datastore_delete`."""

    resource_id: Text
    filters: Any = None
    include_deleted_records: LaxFlag = False


def _as_object(value: Any) -> Any:
    if not isinstance(value, dict):
        raise refused(_("Harus berupa objek"))
    return value


class RecordsDeleteArguments(DeleteArguments):
    """CKAN's arguments of `datastore_records_delete`: the filter is not optional."""

    filters: Annotated[Any, BeforeValidator(_as_object)]


class TriggerArguments(Arguments):
    """CKAN's arguments of `datastore_run_triggers`."""

    resource_id: Text


class FunctionArguments(Arguments):
    """CKAN's arguments of `datastore_function_create`."""

    name: Text
    definition: Text


class FunctionName(Arguments):
    """CKAN's arguments of `datastore_function_delete`."""

    name: Text


def given_fields(fields: Any, said: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The caller's fields. Raises IntegrityError where they are no list of objects, Invalid for names (`fields`)."""
    if fields is None:
        return []
    if not isinstance(fields, list) or not all(isinstance(item, dict) for item in fields):
        raise IntegrityError(_("fields harus berupa daftar objek"), dict(said))
    fields = [{**item, "id": _name(item.get("id"))} for item in fields if item]
    faults: list[Any] = []
    for item in fields:
        name = item["id"]
        if name in (None, ""):
            faults.append({"id": [_("Nilai wajib diisi")]})
        elif not is_field_name(name):
            faults.append({"id": [_('"%(name)s" bukan nama kolom yang sah', name=str(name)[:80])]})
        else:
            faults.append({})
    if any(faults):
        raise Invalid(fields={"fields": faults}, rule="tabel.kolom")
    return [dict(item) for item in fields]


def _name(name: Any) -> Any:
    return str(name) if isinstance(name, int | float) and not isinstance(name, bool) else name


def is_field_name(name: Any) -> bool:
    """CKAN's rule: no underscore first, no double quote, no control characters, no spaces around, not empty."""
    return (
        isinstance(name, str)
        and bool(name)
        and name == name.strip()
        and not name.startswith("_")
        and '"' not in name
        and not any(unicodedata.category(char).startswith("C") for char in name)
    )


def structure_of(
    args: CreateArguments, fields: list[dict[str, Any]], records: Sequence[Mapping[str, Any]],
    current: Sequence[ColumnEntry],
) -> Structure:  # fmt: skip
    """What the table is to look like: what it has, the caller's fields, and what only the rows name.

    Types that are left out are put into `fields`. Raises Invalid under CKAN's keys.
    """
    _short_names([str(item["id"]) for item in fields])
    known = {column.name: column for column in current}
    columns: dict[str, ColumnEntry] = {} if args.delete_fields and fields else dict(known)
    for item in fields:
        columns[item["id"]] = _column(item, records, known.get(item["id"]))
    for name in dict.fromkeys(key for record in records[:1] for key in record):
        if name not in columns:
            if not is_field_name(name):
                raise Invalid(
                    fields={"fields": [_('"%(name)s" bukan nama kolom yang sah', name=str(name)[:80])]}
                )  # fmt: skip
            columns[name] = known.get(name) or _entry(name, guess(name, records), {})
    _short_names(list(columns))
    if len({item["id"] for item in fields}) < len(fields):
        raise Invalid(fields={"field": [_("Nama kolom tidak boleh sama")]})
    if len(columns) > MOST_FIELDS:
        raise Invalid(fields={"fields": [_("Terlalu banyak kolom")]})
    key = None if args.primary_key is None else _columns_of([args.primary_key], columns)[0]
    indexes = None if args.indexes is None else _columns_of(args.indexes, columns)
    aliases = None if args.aliases is None else tuple(_alias(alias) for alias in args.aliases)
    return Structure(columns=tuple(columns.values()), key=key, indexes=indexes, aliases=aliases)


def _short_names(names: Sequence[str]) -> None:
    long = [name for name in names if len(name.encode()) > LONGEST_NAME]
    if long:
        texts = [_('Nama kolom "%(name)s" melebihi batas 63 huruf.', name=name[:80]) for name in long]
        raise Invalid(fields={"fields": texts})


def _column(item: dict[str, Any], records: Sequence[Mapping[str, Any]], known: ColumnEntry | None) -> ColumnEntry:
    name, info = str(item["id"]), item.get("info")
    if known is not None:
        return known if not isinstance(info, dict) else _entry(name, known.type, info)
    kind = item.get("type")
    if not kind:
        if not any(name in record for record in records):
            raise Invalid(fields={"fields": [_('Jenis kolom "%(name)s" tidak dapat ditebak', name=name[:80])]})
        found = types.TYPES[guess(name, records)]
        item["type"] = found.ckan
        return _entry(name, found.name, info)
    named = types.spelled(kind) if isinstance(kind, str) else None
    if named is None:
        raise Invalid(fields={"fields": [_('"%(type)s" bukan jenis kolom yang sah', type=str(kind)[:80])]})
    return _entry(name, named.name, info)


def _entry(name: str, kind: str, info: Any) -> ColumnEntry:
    said = {str(key): _plain(value) for key, value in info.items()} if isinstance(info, dict) else {}
    return ColumnEntry(
        name=name,
        type=kind,
        label=said.pop("label", "")[:500],
        definition=said.pop("notes", "")[:20_000],
        codelist=REGION_CODES if kind == "text" and is_code_column(name) else "",
        info={key[:100]: value[:5_000] for key, value in list(said.items())[:50]},
    )


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _columns_of(indexes: Sequence[Any], columns: Mapping[str, ColumnEntry]) -> tuple[Named, ...]:
    found = []
    for index in indexes:
        names = [part.strip().strip('"') for part in index.split(",")] if isinstance(index, str) else index
        for name in names:
            if name not in columns:
                raise Invalid(fields={"index": [_('"%(name)s" bukan nama kolom', name=str(name)[:80])]})
        if names:
            found.append(tuple(dict.fromkeys(names)))
    return tuple(found) or ((),)


def _alias(alias: Any) -> str:
    if not is_field_name(alias) or "%" in alias or len(alias) > LONGEST_NAME:
        raise Invalid(fields={"alias": [_('"%(name)s" bukan alias yang sah', name=str(alias)[:80])]})
    return str(alias)
