"""CKAN's `filters` as a tree of conditions: values, lists, comparisons, `$and` and `$or`, with CKAN's refusals.

A column whose name begins with `$` is written with two of them.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from typing import Any, cast

from portal.kernel.errors import Invalid
from portal.kernel.texts import gettext as _
from portal.tables.questions import Comparison, Condition, Group, Joint, Match

MOST_OPERATIONS, DEEPEST = 100, 10
MOST_VALUES, DEEPEST_VALUE = 30_000, 6
COMPARISONS = frozenset({"eq", "in", "gt", "gte", "lt", "lte"})
JOINTS = frozenset({"$and", "$or"})


class FilterParser:
    """Reads one `filters`; `columns` are the names that there are."""

    def __init__(self, columns: Container[str]) -> None:
        self._columns = columns
        self._count = 0

    def parse(self, filters: Any) -> Condition | None:
        """The tree, or None where nothing is asked. Raises Invalid on `filters`."""
        if not filters:
            return None
        if isinstance(filters, list) and all(isinstance(item, dict) for item in filters):
            members = self._alternatives("$or", filters, 0)
            return self._group("$or", members) if members else None
        if not isinstance(filters, dict):
            raise _refused(_("Saringan harus berupa objek atau daftar objek"))
        return self._all(filters, 0)

    def _all(self, filters: Mapping[str, Any], depth: int) -> Condition | None:
        """Every key of an object must hold."""
        if len(filters) >= MOST_OPERATIONS:
            raise _refused(_("Terlalu banyak saringan"))
        found: list[Condition] = []
        for key, value in filters.items():
            if not key.startswith("$") or key.startswith("$$"):
                found.append(self._field(key.removeprefix("$") if key.startswith("$$") else key, value))
                continue
            if key not in JOINTS:
                raise _refused(_("Operasi saringan tidak dikenal (harus $or atau $and): %(op)s", op=key[:80]))
            if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
                raise _refused(_("Operasi saringan harus berupa daftar objek"))
            joint = cast("Joint", key)
            members = self._alternatives(joint, value, depth)
            if members and joint == "$and" and depth == 0:
                found.extend(members)
            elif members:
                found.append(self._group(joint, members))
        if len(found) < 2:
            return found[0] if found else None
        return self._group("$and", _merged("$and", found))

    def _alternatives(self, joint: Joint, items: Iterable[Mapping[str, Any]], depth: int) -> list[Condition]:
        if depth >= DEEPEST:
            raise _refused(_("Saringan bersarang terlalu dalam"))
        made = [self._all(item, depth + 1) for item in items]
        return _merged(joint, [item for item in made if item is not None])

    def _field(self, field: str, value: Any) -> Condition:
        if field not in self._columns:
            raise _refused(_("Kolom tidak dikenal: %(name)s", name=field[:80]))
        if isinstance(value, dict):
            tests = [self._test(field, op, item) for op, item in value.items()]
            if not tests:
                raise _refused(_("Operasi saringan tidak dikenal: %(op)s", op="{}"))
            return tests[0] if len(tests) == 1 else self._group("$and", tests)
        if not isinstance(value, list):
            return self._test(field, "eq", value)
        ranges = [item for item in value if isinstance(item, dict)]
        if not ranges:
            return self._test(field, "in", value)
        members: list[Condition] = [self._field(field, item) for item in ranges]
        plain = [item for item in value if not isinstance(item, dict)]
        return self._group("$or", [*members, self._test(field, "in", plain)] if plain else members)

    def _test(self, field: str, op: str, value: Any) -> Match:
        if op not in COMPARISONS:
            raise _refused(_("Operasi saringan tidak dikenal: %(op)s", op=str(op)[:80]))
        if op == "in" and not isinstance(value, list):
            value = [value]
        if isinstance(value, list) and len(value) > MOST_VALUES:
            raise _refused(_("Terlalu banyak nilai dalam satu saringan"))
        if not _plain(value, DEEPEST_VALUE):
            raise _refused(_("Nilai saringan harus teks, bilangan, atau daftarnya"))
        self._counted()
        return Match(field, cast("Comparison", op), value)

    def _group(self, joint: Joint, members: Iterable[Condition]) -> Group:
        self._counted()
        return Group(joint, tuple(members))

    def _counted(self) -> None:
        self._count += 1
        if self._count > MOST_OPERATIONS:
            raise _refused(_("Terlalu banyak saringan"))


def _merged(joint: Joint, members: Iterable[Condition]) -> list[Condition]:
    """Groups of the same kind inside one another are one."""
    found: list[Condition] = []
    for member in members:
        found.extend(member.members if isinstance(member, Group) and member.op == joint else (member,))
    return found


def _plain(value: Any, depth: int) -> bool:
    if isinstance(value, list):
        return depth > 0 and all(_plain(item, depth - 1) for item in value)
    return not isinstance(value, dict)


def _refused(message: str) -> Invalid:
    return Invalid(fields={"filters": [message]}, rule="api.saringan")
