"""Names and ids that lead somewhere or nowhere: what is no text leads nowhere (404), as CKAN's lookups have it.

CKAN complains of a missing key only where the key is not there at all; a null, a list or an object is looked up.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field, model_validator

from portal.api.arguments import Arguments, as_text


def as_reference(value: Any) -> str:
    """The text, or an empty one that leads nowhere; a text that cannot be stored is refused by name all the same."""
    single = value[0] if isinstance(value, list) and len(value) == 1 else value
    return as_text(single) if isinstance(single, str | bool | int | float) else ""


Ref = Annotated[str, BeforeValidator(as_reference)]
MaybeRef = Annotated[str | None, BeforeValidator(as_reference), Field(default=None)]


class Referring(Arguments):
    """Arguments among which REFERENCES count as given when their key is there, whatever the value."""

    REFERENCES: ClassVar[frozenset[str]] = frozenset({"id"})

    @model_validator(mode="before")
    @classmethod
    def _given(cls, data: Any) -> Any:
        kept = cls.REFERENCES
        return {key: value for key, value in data.items() if value is not None or key in kept}


class RefArguments(Referring):
    """A thing by its id, or by its name where it has one."""

    id: Ref


class MaybeRefArguments(Referring):
    """A thing by its id or name, or nothing said at all."""

    id: MaybeRef
