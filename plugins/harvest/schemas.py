"""What a caller may say of a source: parsed once, in the words of ckanext-harvest, refused field by field."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import orjson

from portal.kernel.errors import Invalid
from portal.kernel.fetch import FetchError, checked
from portal.kernel.texts import gettext as _

FREQUENCIES = ("MANUAL", "ALWAYS", "DAILY", "WEEKLY", "BIWEEKLY", "MONTHLY")
TYPES = ("ckan",)
NAME = re.compile(r"[a-z0-9_-]{2,100}")
LONGEST_CONFIG = 100_000
DEEPEST = 20
_LISTS = (
    "organizations_filter_include", "organizations_filter_exclude", "groups_filter_include", "groups_filter_exclude",
)  # fmt: skip
_FLAGS = (
    "read_only",
    "force_all",
    "override_extras",
    "clean_tags",
    "use_default_schema",
    "delete_missing",
    "allow_mass_delete",
)
_REMOTE = ("only_local", "create")


class BadConfig(ValueError):
    """An option of a source that does not hold; the message says which and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """The options of a CKAN source. `delete_missing` and `allow_mass_delete` are ours: whether what vanished there is
    withdrawn here, and whether even more than half of it may be at once."""

    force_all: bool = False
    delete_missing: bool = True
    allow_mass_delete: bool = False
    read_only: bool = False
    clean_tags: bool = False
    use_default_schema: bool = False
    q: str = ""
    fq: str = ""
    organizations_filter_include: tuple[str, ...] = ()
    organizations_filter_exclude: tuple[str, ...] = ()
    groups_filter_include: tuple[str, ...] = ()
    groups_filter_exclude: tuple[str, ...] = ()
    default_tags: tuple[str, ...] = ()
    default_groups: tuple[str, ...] = ()
    default_extras: Mapping[str, Any] = field(default_factory=dict)
    override_extras: bool = False
    remote_groups: str = ""
    remote_orgs: str = ""
    user: str = ""
    api_key: str = ""
    user_agent: str = ""

    @classmethod
    def parse(cls, text: str) -> Config:
        """The options of a JSON text; raises BadConfig."""
        if not text.strip():
            return cls()
        if len(text) > LONGEST_CONFIG:
            raise BadConfig(_("terlalu panjang"))
        try:
            sent = orjson.loads(text)
        except orjson.JSONDecodeError as error:
            raise BadConfig(
                _("bukan JSON (baris %(line)s, kolom %(column)s)", line=error.lineno, column=error.colno)
            ) from error
        if not isinstance(sent, dict):
            raise BadConfig(_("harus berupa objek JSON"))
        if _depth(sent) > DEEPEST:
            raise BadConfig(_("terlalu bersarang"))
        values: dict[str, Any] = {name: _flag(sent, name) for name in _FLAGS if name in sent}
        values |= {name: _strings(sent, name) for name in (*_LISTS, "default_groups") if name in sent}
        values |= {name: _string(sent, name) for name in ("q", "fq", "user", "api_key", "user_agent") if name in sent}
        values |= {name: _choice(sent, name) for name in ("remote_groups", "remote_orgs") if name in sent}
        if "default_tags" in sent:
            values["default_tags"] = _tags(sent["default_tags"])
        if "default_extras" in sent:
            if not isinstance(sent["default_extras"], dict):
                raise BadConfig(_("%(name)s harus berupa objek", name="default_extras"))
            values["default_extras"] = sent["default_extras"]
        _version(sent)
        for kind in ("organizations", "groups"):
            if values.get(f"{kind}_filter_include") is not None and values.get(f"{kind}_filter_exclude") is not None:
                raise BadConfig(_("%(name)s_filter_include dan _exclude tidak boleh bersama-sama", name=kind))
        return cls(**values)


def _depth(value: Any, level: int = 1) -> int:
    if level > DEEPEST or not isinstance(value, dict | list):
        return level
    inner = value.values() if isinstance(value, dict) else value
    return max((_depth(item, level + 1) for item in inner), default=level)


def _flag(sent: Mapping[str, Any], name: str) -> bool:
    value = sent[name]
    if not isinstance(value, bool):
        raise BadConfig(_("%(name)s harus true atau false", name=name))
    return value


def _string(sent: Mapping[str, Any], name: str) -> str:
    value = sent[name]
    if not isinstance(value, str) or any(ord(sign) < 32 for sign in value):
        raise BadConfig(_("%(name)s harus berupa teks", name=name))
    return value


def _strings(sent: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = sent[name]
    if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
        raise BadConfig(_("%(name)s harus berupa daftar nama", name=name))
    return tuple(value)


def _choice(sent: Mapping[str, Any], name: str) -> str:
    value = sent[name]
    if value in ("", None):
        return ""
    if value not in _REMOTE:
        raise BadConfig(_("%(name)s hanya boleh only_local atau create", name=name))
    return str(value)


def _tags(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise BadConfig(_("%(name)s harus berupa daftar", name="default_tags"))
    if not all(isinstance(item, dict) and isinstance(item.get("name"), str) for item in value):
        raise BadConfig(_("default_tags harus berupa daftar objek dengan name"))
    return tuple(item["name"] for item in value)


def _version(sent: Mapping[str, Any]) -> None:
    value = sent.get("api_version", 3)
    if isinstance(value, bool) or not re.fullmatch(r"\d{1,2}", str(value)):
        raise BadConfig(_("api_version harus bilangan bulat"))


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceInput:
    """A source as it is to be. `frequency` is None where the caller said nothing (it runs by hand then)."""

    name: str
    title: str
    url: str
    source_type: str
    notes: str | None
    frequency: str | None
    config: str
    owner_org: str

    @property
    def address(self) -> str:
        """The address in one spelling."""
        return normal(self.url)


def parse_source(sent: Mapping[str, Any]) -> SourceInput:
    """The input; raises Invalid with every fault by its field, as ckanext-harvest names them."""
    faults: dict[str, list[str]] = {}
    name = _needed(sent, "name", faults)
    if name and not NAME.fullmatch(name):
        faults["name"] = [_("Hanya huruf kecil, angka, - dan _; 2 sampai 100 tanda")]
    url = _needed(sent, "url", faults)
    if url:
        try:
            checked(url)
        except FetchError as error:
            faults["url"] = [error.message]
        if len(url) > 2000:
            faults["url"] = [_("Teks terlalu panjang")]
    kind = _needed(sent, "source_type", faults)
    if kind and kind not in TYPES:
        faults["source_type"] = [
            _("Jenis sumber %(kind)s tidak dikenal. Yang ada: %(known)s", kind=kind[:100], known=", ".join(TYPES))
        ]
    owner = sent.get("owner_org")
    if not isinstance(owner, str) or not owner:
        faults["owner_org"] = [_("Organisasi wajib disebut")]
    title, notes = _optional(sent, "title", faults, 500), _optional(sent, "notes", faults, 20_000)
    made = SourceInput(
        name=name,
        title=title or name,
        url=url,
        source_type=kind,
        notes=notes,
        frequency=_frequency(sent.get("frequency"), faults),
        config=_config(sent.get("config"), faults),
        owner_org=str(owner or ""),
    )
    if faults:
        raise Invalid(fields=faults)
    return made


def _storable(value: str) -> bool:
    return not re.search("[\x00\ud800-\udfff]", value)


def _needed(sent: Mapping[str, Any], name: str, faults: dict[str, list[str]]) -> str:
    value = sent.get(name)
    if value is None or value == "":
        faults[name] = [_("Nilai wajib diisi")]
        return ""
    if not isinstance(value, str) or not _storable(value):
        faults[name] = [_("Harus berupa teks")]
        return ""
    return value.strip()


def _optional(sent: Mapping[str, Any], name: str, faults: dict[str, list[str]], longest: int) -> str | None:
    value = sent.get(name)
    if value is None or value == "":
        return None
    if not isinstance(value, str) or not _storable(value):
        faults[name] = [_("Harus berupa teks")]
        return None
    if len(value) > longest:
        faults[name] = [_("Teks terlalu panjang")]
    return value.strip()


def _frequency(value: Any, faults: dict[str, list[str]]) -> str | None:
    if value is None:
        return None
    text = str(value).upper() or "MANUAL"
    if text not in FREQUENCIES:
        faults["frequency"] = [_("Frekuensi %(value)s tidak dikenal", value=str(value)[:100])]
        return None
    return text


def _config(value: Any, faults: dict[str, list[str]]) -> str:
    if value in (None, "", {}):
        return ""
    try:
        if not isinstance(value, str) or not _storable(value):
            raise BadConfig(_("Harus berupa teks"))
        Config.parse(value)
    except BadConfig as error:
        faults["config"] = [_("Pengaturan tidak dapat dibaca: %(why)s", why=str(error))]
        return ""
    return value


def normal(url: str) -> str:
    """An address in one spelling: host in small letters, without the usual port, query and closing stroke."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return url
    usual = {"http": 80, "https": 443}.get(parts.scheme)
    host = (parts.hostname or "") + (f":{port}" if port and port != usual else "")
    return urlunsplit((parts.scheme, host, parts.path.rstrip("/"), "", ""))
