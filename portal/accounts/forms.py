"""From form posts to the frozen inputs of `schemas`; faults come back by field, in Indonesian."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from portal.kernel.errors import Invalid
from portal.kernel.texts import gettext as _

Model = TypeVar("Model", bound=BaseModel)


def parse(model: type[Model], values: Mapping[str, Any]) -> Model:
    """The values as `model`. Raises Invalid with a message per field."""
    try:
        return model.model_validate(dict(values))
    except ValidationError as error:
        fields: dict[str, list[str]] = {}
        for item in error.errors():
            fields.setdefault(str(item["loc"][0]) if item["loc"] else "", []).append(_message(item))
        raise Invalid(_("Ada isian yang perlu diperbaiki."), fields=fields) from error


def _message(item: Any) -> str:
    context = item.get("ctx") or {}
    texts = {
        "missing": _("Wajib diisi."),
        "string_too_short": _("Terlalu pendek."),
        "string_too_long": _("Terlalu panjang (paling banyak %(n)s huruf).", n=context.get("max_length", "")),
        "string_pattern_mismatch": _("Bentuknya tidak sesuai."),
        "literal_error": _("Pilih salah satu dari daftar."),
        "enum": _("Pilih salah satu dari daftar."),
        "too_short": _("Pilih paling sedikit satu."),
        "uuid_parsing": _("Pilih salah satu dari daftar."),
        "int_parsing": _("Isi dengan angka bulat."),
        "less_than_equal": _("Paling besar %(n)s.", n=context.get("le", "")),
        "greater_than_equal": _("Paling kecil %(n)s.", n=context.get("ge", "")),
        "value_error": str(context.get("error", "")),
    }
    return texts.get(item["type"]) or _("Isian tidak dapat dibaca.")


def agency_values(form: Mapping[str, str]) -> dict[str, Any]:
    """Values of the agency form."""
    contact = {key: form.get(f"contact_{key}", "").strip() for key in ("email", "phone", "website", "address")}
    return {
        "name": form.get("name", "").strip(),
        "title": form.get("title", ""),
        "abbreviation": form.get("abbreviation", ""),
        "description": form.get("description", ""),
        "tingkat": form.get("tingkat", "daerah"),
        "region_code": form.get("region_code", "").strip(),
        "contact": {key: value for key, value in contact.items() if value},
        "mandiri_tik": bool(form.get("mandiri_tik")),
        "is_walidata": bool(form.get("is_walidata")),
        "active": bool(form.get("active")),
    }
