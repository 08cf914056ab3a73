"""Arguments of actions: typed models that are as lax as CKAN's validators, and refuse as CKAN does.

A value may come as JSON or as the text of a form or an address (`"true"`, `"1"`, `"20"`). A null is as good as no
value. Every refusal is `Invalid` with a list of messages per field (409 `Validation Error`).
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

import orjson
from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError, PydanticUseDefault

from portal.kernel.errors import Invalid
from portal.kernel.texts import gettext as _

LONGEST_TEXT = 100_000
#: Larger numbers fit no limit, offset or count; PostgreSQL's bigint and JSON's exact integers hold more.
LARGEST = 2**53
#: Characters that PostgreSQL's text does not hold.
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_TRUE = frozenset({"true", "yes", "on", "y", "t", "1"})
_FALSE = frozenset({"false", "no", "off", "n", "f", "0", "none", ""})


def refused(message: str) -> PydanticCustomError:
    """The refusal of one value, in words for a person."""
    return PydanticCustomError("ckan", "{text}", {"text": message})


def as_text(value: Any) -> str:
    """Any scalar as text; a list of one is its only item (a key given once in a form)."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, bool | int | float):
        return str(value)
    if not isinstance(value, str):
        raise refused(_("Harus berupa teks"))
    if len(value) > LONGEST_TEXT:
        raise refused(_("Teks terlalu panjang"))
    if UNSTORABLE.search(value):
        raise refused(_("Teks memuat karakter yang tidak dapat disimpan"))
    return value


def as_typed(value: Any) -> str:
    """What somebody types: nothing said (null) and what is no text (a list, an object) ask for nothing, as in CKAN."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    return "" if value is None or isinstance(value, list | dict) else as_text(value)


def as_whole(value: Any) -> int:
    """CKAN's `int_validator`; blank means the default."""
    if isinstance(value, str):
        if not value.strip():
            raise PydanticUseDefault
        if not re.fullmatch(r"\s*[+-]?[0-9]{1,16}\s*", value):
            raise refused(_("Bilangan bulat tidak sah"))
        value = int(value)
    if isinstance(value, float) and math.isfinite(value) and value.is_integer():
        value = int(value)
    if not isinstance(value, int) or abs(value) > LARGEST:
        raise refused(_("Bilangan bulat tidak sah"))
    return int(value)


def as_natural(value: Any) -> int:
    """CKAN's `natural_number_validator`."""
    number = as_whole(value)
    if number < 0:
        raise refused(_("Harus bilangan asli"))
    return number


def as_positive(value: Any) -> int:
    """CKAN's `is_positive_integer`."""
    number = as_whole(value)
    if number < 1:
        raise refused(_("Harus bilangan bulat positif"))
    return number


def as_flag(value: Any) -> bool:
    """CKAN's `asbool`, with a refusal where CKAN fails."""
    if isinstance(value, str):
        word = value.strip().lower()
        if word in _TRUE | _FALSE:
            return word in _TRUE
        raise refused(_("Harus benar (true) atau salah (false)"))
    return bool(value)


def as_lax_flag(value: Any) -> bool:
    """CKAN's `boolean_validator`: whatever is not a yes is a no."""
    if isinstance(value, bool | int):
        return bool(value)
    return isinstance(value, str) and value.lower() in {"true", "yes", "t", "y", "1"}


def as_texts(value: Any) -> tuple[str, ...]:
    """One text or a list of texts."""
    if isinstance(value, list):
        return tuple(as_text(item) for item in value)
    return (as_text(value),)


def as_names(value: Any) -> tuple[str, ...]:
    """A list of names, or names with commas between them."""
    parts = as_texts(value) if isinstance(value, list) else as_text(value).split(",")
    return tuple(part.strip() for part in parts if part.strip())


def as_json_list(value: Any) -> tuple[str, ...]:
    """A JSON list of texts (CKAN's `facet.field`), or the list itself; a key given twice in a form is one too."""
    if isinstance(value, str):
        try:
            value = orjson.loads(as_text(value))
        except orjson.JSONDecodeError as error:
            raise refused(_("Bukan JSON yang sah")) from error
    if not isinstance(value, list):
        raise refused(_("Bukan daftar"))
    for item in value:
        if not isinstance(item, str):
            raise refused(_("Bukan daftar teks"))
    return tuple(as_text(item) for item in value)


def as_page(value: Any) -> int:
    """A natural number that CKAN also holds to a highest one, with what both rules say of what is none."""
    try:
        return as_natural(value)
    except PydanticCustomError as fault:
        if isinstance(value, int):
            raise
        more = _("Isilah dengan bilangan bulat")
        raise refused(f"{fault.message()}\n{more}") from fault


def as_text_list(value: Any) -> tuple[str, ...]:
    """CKAN's `list_of_strings`: a list, not a text that holds one."""
    return as_json_list(None if isinstance(value, str) else value)


def as_seconds(value: Any) -> float:
    """CKAN's `datetime_from_timestamp_validator`: seconds since 1970, as a number or a text of one."""
    try:
        found = float(value)
    except (TypeError, ValueError):
        found = math.nan
    if not math.isfinite(found):
        raise refused(_("Harus berupa detik sejak 1970"))
    return found


Text = Annotated[str, BeforeValidator(as_text)]
Seconds = Annotated[float, BeforeValidator(as_seconds)]
Typed = Annotated[str, BeforeValidator(as_typed)]
Whole = Annotated[int, BeforeValidator(as_whole)]
Natural = Annotated[int, BeforeValidator(as_natural), WithJsonSchema({"type": "integer", "minimum": 0})]
Page = Annotated[int, BeforeValidator(as_page), WithJsonSchema({"type": "integer", "minimum": 0})]
Positive = Annotated[int, BeforeValidator(as_positive), WithJsonSchema({"type": "integer", "minimum": 1})]
Flag = Annotated[bool, BeforeValidator(as_flag)]
LaxFlag = Annotated[bool, BeforeValidator(as_lax_flag)]
Texts = Annotated[tuple[str, ...], BeforeValidator(as_texts)]
Names = Annotated[tuple[str, ...], BeforeValidator(as_names)]
TextList = Annotated[
    tuple[str, ...],
    BeforeValidator(as_text_list),
    WithJsonSchema({"type": "array", "items": {"type": "string"}}),
]
#: In an address it is a JSON text, which `format` tells the OpenAPI document.
JsonList = Annotated[
    tuple[str, ...],
    BeforeValidator(as_json_list),
    WithJsonSchema({"type": "array", "items": {"type": "string"}, "format": "json"}),
]


class Arguments(BaseModel):
    """Base of every action's arguments; keys that the action does not know are ignored, as in CKAN."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _given(cls, data: Any) -> Any:
        """CKAN's `ignore_missing`: a null is no value."""
        return {key: value for key, value in data.items() if value is not None} if isinstance(data, dict) else data


class NoArguments(Arguments):
    """The action takes none."""


class IdArguments(Arguments):
    """A thing by its id, or by its name where it has one."""

    id: Text


A = TypeVar("A", bound=Arguments)


def parse(model: type[A], data: Mapping[str, Any]) -> A:
    """The arguments of one call. Raises Invalid with the messages of every field that does not hold."""
    try:
        return model.model_validate(dict(data))
    except ValidationError as error:
        fields: dict[str, list[str]] = {}
        for fault in error.errors(include_url=False, include_input=False):
            name = str(fault["loc"][0]) if fault["loc"] else "message"
            fields.setdefault(name, []).extend(_message(fault["type"], fault["msg"]).split("\n"))
        raise Invalid(fields=fields, rule="api.argumen") from error


def _message(kind: str, text: str) -> str:
    if kind == "missing":
        return _("Nilai wajib diisi")
    return text if kind == "ckan" else _("Nilai tidak sah")
