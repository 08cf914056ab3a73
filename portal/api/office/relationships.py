"""CKAN's relationships between datasets: writes. Whoever may change the subject says to what it is related."""

from __future__ import annotations

from typing import Any

from portal.api.action import Action
from portal.api.errors import Shaped
from portal.api.facts import RELATIONSHIP, Facts
from portal.api.office import rules
from portal.api.office.call import OfficeCall
from portal.api.office.packages import opened
from portal.api.office.raw import Raw
from portal.api.office.rules import collect
from portal.api.relationships import REVERSE, TYPES, named
from portal.kernel.errors import NotFound
from portal.kernel.texts import gettext as _


def _asked(call: OfficeCall, args: Raw) -> tuple[dict[str, Any], dict[str, Any]]:
    """The fact as it is kept, by ids, and as it is answered, by names. Raises Shaped, NotFound, Forbidden."""
    values = args.values
    faults: dict[str, Any] = {
        name: rules.missing().messages for name in ("subject", "object", "type") if name not in values
    }
    if not values.get("type"):
        faults.setdefault("type", rules.missing().messages)
    kind = str(values.get("type") or "")
    if "type" not in faults and kind not in TYPES:
        faults["type"] = [_("Nilainya harus salah satu dari %(values)s", values=str(list(TYPES)))]
    if faults:
        raise Shaped(faults)
    comment = collect(faults, "comment", rules.text, values.get("comment") or "")
    subject, object_ = named(call, str(values["subject"] or "")), named(call, str(values["object"] or ""))
    opened(call, subject["id"])
    if kind in REVERSE:
        subject, object_, kept = object_, subject, REVERSE[kind]
    else:
        kept = kind
    fact = {"subject": subject["id"], "object": object_["id"], "type": kept, "comment": comment or ""}
    # as CKAN keeps it: said from the side that depends, derives, links or belongs
    return fact, {**fact, "subject": subject["name"], "object": object_["name"]}


def _key(fact: dict[str, Any]) -> str:
    return f"{fact['subject']}:{fact['object']}:{fact['type']}"


def package_relationship_create(call: OfficeCall, args: Raw) -> object:
    """Relate a published dataset to another. `subject`, `object`: ids or names; `type`; `comment` (optional)."""
    fact, answer = _asked(call, args)
    Facts(call.scope.session("publisher")).put(RELATIONSHIP, _key(fact), fact)
    return answer


def package_relationship_update(call: OfficeCall, args: Raw) -> object:
    """Change the comment of a relationship. `subject`, `object`, `type`, `comment`."""
    fact, answer = _asked(call, args)
    facts = Facts(call.scope.session("publisher"))
    if facts.get(RELATIONSHIP, _key(fact)) is None:
        raise NotFound(_("Hubungan itu tidak ada"))
    facts.put(RELATIONSHIP, _key(fact), fact)
    return answer


def package_relationship_delete(call: OfficeCall, args: Raw) -> object:
    """Take a relationship away. `subject`, `object`, `type`."""
    fact, _answer = _asked(call, args)
    if not Facts(call.scope.session("publisher")).remove(RELATIONSHIP, _key(fact)):
        raise NotFound
    return None


ACTIONS = (
    Action("package_relationship_create", Raw, package_relationship_create, permission=None, writes=True),
    Action("package_relationship_update", Raw, package_relationship_update, permission=None, writes=True),
    Action("package_relationship_delete", Raw, package_relationship_delete, permission=None, writes=True),
)
