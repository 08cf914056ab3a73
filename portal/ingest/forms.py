"""From posts of the metadata and decision forms to the inputs of the services; faults come back by field."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time
from typing import Any, cast

from pydantic import ValidationError
from werkzeug.datastructures import MultiDict

from config import regions
from config.profile import Profile
from portal.accounts.forms import parse
from portal.contract.metadata import DatasetMetadata
from portal.ingest.schemas import (
    BpsOpinion,
    Classification,
    Consent,
    ConsentAct,
    Opinion,
    ReturnNote,
    Validation,
)
from portal.kernel.errors import Invalid
from portal.kernel.texts import gettext as _

Form = MultiDict[str, str]
_LISTS = {"kelompok_lain"}
_DATES = {"tanggal_pengambilan", "tanggal_pengambilan_akhir", "jadwal_rilis_berikut"}
_OPTIONAL = {"jenis_data", "tingkat_penyajian", "frekuensi"}
GROUNDS = tuple(f"17{letter}" for letter in "abcdefghij")


def metadata(form: Form, base: DatasetMetadata, names: Iterable[str]) -> DatasetMetadata:
    """`base` with the fields `names` as the form has them. Raises Invalid with a message per field."""
    values = base.model_dump()
    values |= {name: _value(form, name) for name in names}
    return parse(DatasetMetadata, values)


def _value(form: Form, name: str) -> Any:
    text = form.get(name, "").strip()
    if name == "periode":
        return {"start": _edge(form.get("periode_dari", ""), last=False), "end": _edge(form.get("periode_sampai", ""))}
    if name in _LISTS:
        return tuple(form.getlist(name))
    if name in _DATES:
        return day(text, name)
    readers: dict[str, Callable[[str], Any]] = {
        "kata_kunci": _words, "cakupan_wilayah": _codes, "skala": _scale, "extras": _pairs,
    }  # fmt: skip
    if name in readers:
        return readers[name](text)
    return (text or None) if name in _OPTIONAL else text


def _words(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word.strip() for word in text.split(",") if word.strip()))


def _codes(text: str) -> tuple[str, ...]:
    """Region codes with their dots; what is no code stays, to be refused with its field."""
    return tuple(dict.fromkeys(regions.normalize(code) or code for code in re.split(r"[\s,;]+", text) if code))


def day(text: str, name: str) -> date | None:
    """A day in ISO form, or None for an empty text. Raises Invalid."""
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise _fault(name, _("Tanggal ditulis tahun-bulan-hari, misalnya 2026-11-24.")) from None


def _edge(text: str, *, last: bool = True) -> date | None:
    """An end of a period: a year stands for its first or last day."""
    if re.fullmatch(r"\d{4}", text.strip()):
        year = int(text)
        if year == 0:
            raise _fault("periode", _("Tulis tahun empat angka atau tanggal."))
        return date(year, 12, 31) if last else date(year, 1, 1)
    try:
        return day(text, "periode")
    except Invalid:
        raise _fault("periode", _("Tulis tahun empat angka atau tanggal.")) from None


def _scale(text: str) -> int | None:
    digits = re.sub(r"^1\s*:\s*", "", text).replace(".", "").replace(" ", "")
    if not digits:
        return None
    if not (digits.isascii() and digits.isdigit() and len(digits) < 10):
        raise _fault("skala", _("Isi dengan angka bulat, misalnya 25000."))
    return int(digits)


def _pairs(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in filter(None, (line.strip() for line in text.splitlines())):
        name, mark, value = line.partition(":")
        if not mark or not name.strip():
            raise _fault("extras", _("Satu baris satu keterangan, dengan titik dua di antaranya."))
        found[name.strip()] = value.strip()
    return found


def _fault(name: str, message: str) -> Invalid:
    return Invalid(message, fields={name: (message,)}, rule="isian")


def shown(value: DatasetMetadata, raw: Form | None = None) -> dict[str, Any]:
    """Texts of all fields as inputs hold them; `raw` (a refused post) comes first, so nothing typed is lost."""
    period = value.periode
    texts: dict[str, Any] = value.model_dump(mode="json")
    texts["kata_kunci"] = ", ".join(value.kata_kunci)
    texts["cakupan_wilayah"] = " ".join(value.cakupan_wilayah)
    texts["extras"] = "\n".join(f"{name}: {text}" for name, text in value.extras.items())
    texts["periode_dari"], texts["periode_sampai"] = edge_text(period.start, last=False), edge_text(period.end)
    if raw is not None:
        texts |= {name: raw.getlist(name) if name in _LISTS else raw[name] for name in raw if name != "csrf_token"}
    return texts


def edge_text(edge: date | None, *, last: bool = True) -> str:
    """A year where the edge is its first or last day, else the day."""
    if edge is None:
        return ""
    whole = (edge.month, edge.day) == ((12, 31) if last else (1, 1))
    return f"{edge.year:04}" if whole else edge.isoformat()


def base_of(form: Form) -> DatasetMetadata | None:
    """What the editor started from, as the form carried it; None when it is not readable."""
    try:
        return DatasetMetadata.model_validate_json(form.get("dasar", ""))
    except ValidationError:
        return None


def merged(base: DatasetMetadata | None, mine: DatasetMetadata, theirs: DatasetMetadata) -> DatasetMetadata:
    """Three ways into one: what only one of the two changed is taken; where both did, mine stands to be compared."""
    if base is None:
        return mine
    names = DatasetMetadata.model_fields
    taken = {name: getattr(theirs, name) for name in names if getattr(mine, name) == getattr(base, name)}
    return mine.model_copy(update=taken)


def return_note(form: Form) -> ReturnNote:
    """Reasons (one a line) and the day. Raises Invalid."""
    due = day(form.get("due", ""), "due")
    if due is None:
        raise _fault("due", _("Sebutkan sampai kapan perbaikannya ditunggu."))
    return ReturnNote(reasons=tuple(form.get("reasons", "").splitlines()), due=due)


def validation(form: Form) -> Validation:
    """The minutes."""
    names = tuple(name.strip() for name in form.get("names", "").split(",") if name.strip())
    return Validation(minutes=form.get("minutes", "").strip(), method=form.get("method", "").strip(), names=names)


def opinion(form: Form, outcome: Opinion) -> BpsOpinion:
    """What BPS said, or that it was silent. Raises Invalid for a day that cannot be read."""
    return BpsOpinion(
        outcome=outcome,
        text=form.get("text", ""),
        invited=day(form.get("invited", ""), "invited"),
        deadline=day(form.get("deadline", ""), "deadline"),
    )


def consent(form: Form, profile: Profile) -> Consent:
    """Acts, an end and the letter. Raises Invalid."""
    known = ("simpan", "olah", "integrasi", "verifikasi", "publikasi")
    given = tuple(cast("ConsentAct", act) for act in known if act in form.getlist("acts"))
    return Consent(acts=given, ends=_end(form, profile), document=form.get("document", "").strip()[:500])


def classification(form: Form, profile: Profile) -> Classification:
    """The PPID's decision. Raises Invalid for a missing answer or an unreadable day."""
    sifat = form.get("sifat", "")
    if sifat not in {"publik", "dikecualikan"}:
        raise _fault("sifat", _("Pilih salah satu jawaban."))
    return Classification(
        sifat="publik" if sifat == "publik" else "dikecualikan",
        number=form.get("number", "").strip()[:200],
        grounds=tuple(ground for ground in GROUNDS if ground in form.getlist("grounds")),
        reason=form.get("reason", "").strip()[:5000],
        approval=form.get("approval", "").strip()[:500],
        ends=_end(form, profile),
    )


def _end(form: Form, profile: Profile) -> datetime | None:
    last = day(form.get("ends", ""), "ends")
    return None if last is None else datetime.combine(last, time(23, 59, 59), profile.time_zone)


def first(error: Invalid) -> dict[str, str]:
    """The first message of each field, as templates show them."""
    return {name: texts[0] for name, texts in error.fields.items() if texts}


def undone(detail: Mapping[str, Any], now: DatasetMetadata) -> DatasetMetadata:
    """`now` with the fields of a recorded edit put back to what they were. Raises Invalid."""
    before = {name: pair[0] for name, pair in detail.get("fields", {}).items() if name in DatasetMetadata.model_fields}
    return parse(DatasetMetadata, now.model_dump() | before)
