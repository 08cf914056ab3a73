"""How two answers are compared: status, envelope, shape (key sets and JSON types) and values."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.differential.sides import Answer, Call, Side

NO_RESULT = "no result to compare"
PARTS = ("status", "envelope", "shape", "values")
_UUID = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}")
_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(\+00:00|Z)?")
#: Keys whose values nobody can foretell, on either side.
CHANCE = frozenset(
    {
        "token",
        "apikey",
        "email_hash",
        "size",
        "hash",
        "score",
        "last_active",
        "help",
        "_links",
        "jti",
        "index_name",
        "db_size",
        "idx_size",
        "number_created_packages",
    }
)
#: Actions whose lists CKAN gives as its database happens to hold them (`Group.search_by_name_or_title` orders nothing).
UNORDERED = frozenset({"group_autocomplete", "organization_autocomplete"})
_TYPES = {bool: "bool", int: "number", float: "number", str: "str", list: "list", dict: "dict", type(None): "null"}


@dataclass
class Verdict:
    """One call's outcome. `failed` has the parts that differ, `notes` what exactly; `excused` why none counts."""

    call: Call
    side: str
    failed: dict[str, list[str]] = field(default_factory=dict)
    excused: str = ""
    reference: Answer | None = None
    ours: Answer | None = None

    @property
    def good(self) -> bool:
        """Nothing differs, or what differs is known and allowed."""
        return not self.failed or bool(self.excused)


def kind(value: Any) -> str:
    """JSON's name of a type."""
    return _TYPES[type(value)]


def judge(call: Call, reference: Side, theirs: Answer, ours_side: Side, ours: Answer) -> Verdict:
    """Compare two answers to one call."""
    verdict = Verdict(call, ours_side.name, reference=theirs, ours=ours)
    if theirs.status >= 500:  # better than CKAN: a clear refusal, or an answer, where CKAN breaks
        if not 200 <= ours.status < 500 and ours_side.url != reference.url:
            verdict.failed["status"] = [f"{ours.status} where CKAN has {theirs.status}"]
        return verdict
    if theirs.status != ours.status:
        verdict.failed["status"] = [f"CKAN {theirs.status}, ours {ours.status}: {brief(ours.body)}"]
    envelope = list(_envelope(theirs.body, ours.body))
    if envelope:
        verdict.failed["envelope"] = envelope
    if not theirs.is_json and not ours.is_json:
        texts = plain(theirs.body, reference), plain(ours.body, ours_side)
        if call.values and theirs.status == 200 and texts[0] != texts[1]:
            verdict.failed["values"] = [f"CKAN {brief(texts[0])}, ours {brief(texts[1])}"]
        return verdict
    if not (_is_good(theirs.body) and _is_good(ours.body)):
        if _is_good(theirs.body):
            verdict.failed["shape"] = verdict.failed["values"] = [NO_RESULT]
        return verdict
    there, here = plain(theirs.body["result"], reference), plain(ours.body["result"], ours_side)
    if call.unordered or call.action in UNORDERED:
        there, here = _ordered(there), _ordered(here)
    if shape := list(shapes(there, here, strict=call.values)):
        verdict.failed["shape"] = shape
    if call.values and (values := list(differ(there, here, ignore=CHANCE.union(call.ignore)))):
        verdict.failed["values"] = values
    return verdict


def _is_good(body: Any) -> bool:
    return isinstance(body, dict) and body.get("success") is True


def _envelope(theirs: Any, ours: Any) -> Iterator[str]:
    """Bare text or envelope; success; the type and the keys of an error."""
    if kind(theirs) != kind(ours):
        yield f"CKAN answers a {kind(theirs)}, we a {kind(ours)}: {brief(ours)}"
        return
    if not isinstance(theirs, dict):
        return
    for key in ("help", "success", "jsonp"):
        if (key in theirs) != (key in ours):
            yield f"`{key}` is {'missing' if key in theirs else 'extra'}"
    if theirs.get("success") != ours.get("success"):
        yield f"success: CKAN {theirs.get('success')} {brief(theirs.get('error'))}, ours {brief(ours.get('error'))}"
        return
    there, here = theirs.get("error"), ours.get("error")
    if not isinstance(there, dict) or not isinstance(here, dict):
        if there is not None:
            yield f"error: CKAN {brief(there)}, ours {brief(here)}"
        return
    if there.get("__type") != here.get("__type"):
        yield f"__type: CKAN {there.get('__type')}, ours {here.get('__type')} {brief(here)}"
    elif set(there) != set(here):
        missing, extra = sorted(set(there) - set(here)), sorted(set(here) - set(there))
        yield f"error keys: missing {missing}, extra {extra} ({brief(there)} | {brief(here)})"
    else:
        for key in sorted(there):
            if kind(there[key]) != kind(here[key]):
                yield f"error.{key}: CKAN {kind(there[key])}, ours {kind(here[key])}"


def shapes(theirs: Any, ours: Any, path: str = "result", *, strict: bool = True) -> Iterator[str]:
    """Keys that are missing and types that differ, all the way down; extra keys of ours are no difference.

    Not `strict`: other datasets are looked at, which may have a value where these have null.
    """
    if not strict and "null" in (kind(theirs), kind(ours)):
        return
    if kind(theirs) != kind(ours):
        yield f"{path}: CKAN {kind(theirs)} {brief(theirs)}, ours {kind(ours)} {brief(ours)}"
    elif isinstance(theirs, dict):
        for key in theirs:
            if key not in ours:
                yield f"{path}.{key} is missing (CKAN {brief(theirs[key])})"
            else:
                yield from shapes(theirs[key], ours[key], f"{path}.{key}", strict=strict)
    elif isinstance(theirs, list) and theirs and ours:
        for there, here in _pairs(theirs, ours, strict=strict):
            yield from shapes(there, here, f"{path}[]", strict=strict)


def _pairs(theirs: list[Any], ours: list[Any], *, strict: bool) -> list[tuple[Any, Any]]:
    """Members to compare with each other: by place, or the first of each; acts of the same kind where they differ."""
    if strict and len(theirs) == len(ours):
        return list(zip(theirs, ours, strict=True))
    if not isinstance(theirs[0], dict) or "activity_type" not in theirs[0]:
        return [(theirs[0], ours[0])]
    mine = {item.get("activity_type"): item for item in ours if isinstance(item, dict)}
    kinds = {item["activity_type"]: item for item in theirs}
    return [(item, mine[name]) for name, item in kinds.items() if name in mine]


def plain(value: Any, side: Side) -> Any:
    """A result without what differs by nature: ids, moments, the site's own address, the run's token."""
    if isinstance(value, dict):
        return {str(plain(key, side)): plain(item, side) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item, side) for item in value]
    if isinstance(value, str):
        for address in (side.url, *side.also):
            value = value.replace(address, "<site>")
        return _TIME.sub("<time>", _UUID.sub("<id>", value.replace(side.run, "<run>")))
    return value


def differ(theirs: Any, ours: Any, path: str = "result", *, ignore: frozenset[str]) -> Iterator[str]:
    """Values that differ, where both have one of the same type; lists of the same members in another order are told."""
    if isinstance(theirs, dict) and isinstance(ours, dict):
        for key in theirs:
            if key in ours and key not in ignore:
                yield from differ(theirs[key], ours[key], f"{path}.{key}", ignore=ignore)
    elif isinstance(theirs, list) and isinstance(ours, list):
        if len(theirs) != len(ours):
            yield f"{path}: CKAN has {len(theirs)} {brief(theirs)}, we {len(ours)} {brief(ours)}"
            return
        found = [list(differ(a, b, f"{path}[]", ignore=ignore)) for a, b in zip(theirs, ours, strict=True)]
        if any(found) and all(isinstance(item, (str, dict)) for item in theirs + ours):
            again = zip(sorted(theirs, key=_key), sorted(ours, key=_key), strict=True)
            if not any(list(differ(a, b, path, ignore=ignore)) for a, b in again):
                yield f"{path}: another order, CKAN {brief(theirs)}, ours {brief(ours)}"
                return
        for item in found:
            yield from item
    elif kind(theirs) == kind(ours) and theirs != ours:
        yield f"{path}: CKAN {brief(theirs)}, ours {brief(ours)}"


def _ordered(value: Any) -> Any:
    """The same with every list in one order."""
    if isinstance(value, dict):
        return {key: _ordered(item) for key, item in value.items()}
    return sorted(map(_ordered, value), key=_key) if isinstance(value, list) else value


def _key(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def brief(value: Any, most: int = 180) -> str:
    """A value as short text for a report."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    text = text.replace("\x00", "(no JSON) ").replace("\n", " ")
    return text if len(text) <= most else f"{text[:most]}…"
