"""CKAN's validators for what writes take: every fault of a call is gathered by field before it is refused."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, cast
from uuid import UUID

from pydantic import Field
from pydantic_core import PydanticCustomError

from portal.accounts.secrets import check_password
from portal.api.arguments import as_text
from portal.api.errors import IntegrityError
from portal.api.office import rules
from portal.api.office.rules import collect
from portal.kernel.errors import Invalid
from portal.kernel.ids import as_uuid
from portal.kernel.texts import gettext as _

#: A value that a validator of this module looks at; absent and null are alike, as in CKAN.
Raw = Annotated[Any, Field(default=None)]

CKAN_PASSWORD = 8


def missing() -> str:
    """CKAN's text for a value that must be there."""
    return _("Nilai wajib diisi")


def given(value: Any) -> bool:
    """Whether there is a value (CKAN's `not_empty`)."""
    return value is not None and value not in ("", [], {})


@dataclass
class Checks:
    """Faults of one call by field; `stop` refuses it with all of them."""

    faults: dict[str, list[Any]] = field(default_factory=dict)

    def fail(self, name: str, message: Any) -> None:
        """Note a fault."""
        self.faults.setdefault(name, []).append(message)

    def stop(self) -> None:
        """Raises Invalid when there are faults."""
        if self.faults:
            raise Invalid(fields=cast("dict[str, list[str]]", self.faults), rule="api.argumen")

    def require(self, **values: Any) -> None:
        """Each of the values must be there."""
        for name, value in values.items():
            if not given(value):
                self.fail(name, missing())

    def text(self, name: str, value: Any) -> str:
        """CKAN's `unicode_safe`: any value as text; lists and objects as their JSON."""
        shown = json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value
        try:
            return as_text(shown)
        except PydanticCustomError as error:
            self.fail(name, error.message())
            return ""

    def name(self, name: str, value: Any) -> str:
        """CKAN's `name_validator`."""
        if not given(value):
            self.fail(name, missing())
            return ""
        if not isinstance(value, str):
            self.fail(name, _("Nama harus berupa teks"))
            return ""
        collect(self.faults, name, rules.name, value)
        return value

    def email(self, name: str, value: Any) -> str:
        """CKAN's `email_validator`; kept in lower case."""
        if not given(value):
            self.fail(name, missing())
            return ""
        if not isinstance(value, str) or len(value) > 320 or not rules.EMAIL.fullmatch(value):
            self.fail(name, _("%(email)s bukan bentuk alamat surel yang sah", email=str(value)[:320]))
            return ""
        return value.lower()

    def password(self, name: str, value: Any, *, like_ckan: bool, email: str = "") -> str:
        """CKAN's rule where the profile follows it (eight characters), else the house's."""
        if not isinstance(value, str):
            self.fail(name, _("Kata sandi harus berupa teks"))
            return ""
        if like_ckan and len(value) < CKAN_PASSWORD:
            self.fail(name, _("Kata sandi paling sedikit %(n)s huruf", n=CKAN_PASSWORD))
        elif not like_ckan:
            try:
                check_password(value, email=email)
            except Invalid as error:
                for message in error.fields["password"]:
                    self.fail(name, message)
        return value

    def id(self, name: str, value: Any) -> UUID | None:
        """An id of the caller's choice; ours are UUIDs."""
        key = as_uuid(value) if isinstance(value, str) else None
        if key is None:
            self.fail(name, _("Harus berupa UUID"))
        return key

    def tag(self, name: str, value: Any) -> str:
        """CKAN's tag rules."""
        if not given(value):
            self.fail(name, missing())
            return ""
        shown = self.text(name, value)
        if shown:
            collect(self.faults, name, rules.tag, shown)
        return shown

    def extras(self, value: Any, reserved: frozenset[str], sent: Mapping[str, Any]) -> list[dict[str, str]]:
        """CKAN's extras: objects with key and value; of a key given twice the last counts."""
        found: dict[str, str] = {}
        faults: list[dict[str, list[str]]] = []
        for item in objects("extras", value, sent):
            fault: dict[str, list[str]] = {}
            if not given(item.get("key")):
                fault["key"] = [missing()]
            elif self.text("extras", item["key"]) in reserved:
                fault["key"] = [_("Sudah ada isian dengan nama yang sama")]
            if item.get("value") is None:
                fault["value"] = [missing()]
            faults.append(fault)
            if not fault and not item.get("deleted"):
                found[self.text("extras", item["key"])] = self.text("extras", item["value"])
        if any(faults):
            self.faults["extras"] = list(faults)
        return [{"key": key, "value": text} for key, text in found.items()]


def objects(name: str, value: Any, sent: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """A list of objects; `sent` is the whole call.

    Raises IntegrityError for anything else, as CKAN does for a part of the wrong shape.
    """
    if value is None or value == "":
        return []
    if not isinstance(value, list) or any(not isinstance(item, Mapping) for item in value):
        kind = type(value).__name__ if not isinstance(value, list) else "list"
        message = _("Bagian “%(name)s” harus berupa daftar objek, bukan %(kind)s", name=name, kind=kind)
        raise IntegrityError(message, sent)
    return list(value)
