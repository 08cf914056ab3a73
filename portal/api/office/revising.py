"""What package_revise says of a dataset: values to match, patterns to remove, values to put in, by flattened keys.

`resources__1f9ab__description` is the description of the resource whose id begins so; a number is a place in a list,
from the end when negative; `__extend` adds to a list.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Path = tuple[Any, ...]
#: Characters that a part of an id must have at least, so that it is no place in a list.
SHORTEST_ID = 5


class Unmatched(Exception):
    """A key leads nowhere, or a value does not fit what is there."""


def joined(path: Sequence[Any]) -> str:
    """A path as a flattened key."""
    return "__".join(str(part) for part in path)


def differences(there: Any, wanted: Any, path: Path = ()) -> list[Path]:
    """Paths of `wanted` whose values are not what is there."""
    if isinstance(wanted, Mapping):
        if not isinstance(there, Mapping):
            return [path]
        return [
            found
            for key in sorted(wanted)
            for found in (differences(there[key], wanted[key], (*path, key)) if key in there else [(*path, key)])
        ]
    if isinstance(wanted, list):
        if not isinstance(there, list):
            return [path]
        return [
            found
            for place, value in enumerate(wanted)
            for found in (differences(there[place], value, (*path, place)) if place < len(there) else [(*path, place)])
        ]
    return [] if there == wanted else [path]


def resolve(data: Any, key: str) -> tuple[Any, Path]:
    """What stands at a flattened key, and its path. Raises Unmatched."""
    path: list[Any] = []
    here = data
    for part in key.split("__"):
        step = _step(here, part, path)
        path.append(step)
        here = here[step]
    return here, tuple(path)


def _step(here: Any, part: str, path: list[Any]) -> Any:
    wrong = Unmatched(f"Unmatched key {joined([*path, part])}")
    if isinstance(here, dict):
        if part not in here:
            raise wrong
        return part
    if not isinstance(here, list):
        raise wrong
    if len(part) >= SHORTEST_ID:
        for place, item in enumerate(here):
            if isinstance(item, dict) and str(item.get("id", "")).startswith(part):
                return place
        raise wrong
    try:
        place = int(part)
        here[place]
    except (ValueError, IndexError):
        raise wrong from None
    return place


def merge(data: Any, key: str, value: Any) -> None:
    """Put a value in at a flattened key, in place. Raises Unmatched."""
    before, _, last = key.rpartition("__")
    here, path = resolve(data, before) if before else (data, ())
    if isinstance(here, dict):
        merge_object(here, {last: value}, path)
    elif isinstance(here, list) and last == "extend":
        if not isinstance(value, list):
            raise Unmatched(f"Expected list for {before}")
        here.extend(value)
    elif isinstance(here, list):
        place = _step(here, last, list(path))
        _merge_into(here, place, value, (*path, place))
    else:
        raise Unmatched(f"Expected list or dict for {before}")


def merge_object(there: dict[str, Any], wanted: Any, path: Path = ()) -> None:
    """Values of `wanted` into an object, in place; objects and lists are merged. Raises Unmatched."""
    if not isinstance(wanted, Mapping):
        raise Unmatched(f"Expected dict for {joined(path)}")
    for key, value in wanted.items():
        if key not in there:
            there[key] = value
        else:
            _merge_into(there, key, value, (*path, key))


def _merge_into(there: Any, key: Any, value: Any, path: Path) -> None:
    if isinstance(there[key], dict):
        merge_object(there[key], value, path)
    elif isinstance(there[key], list):
        _merge_list(there[key], value, path)
    else:
        there[key] = value


def _merge_list(there: list[Any], wanted: Any, path: Path) -> None:
    if not isinstance(wanted, list):
        raise Unmatched(f"Expected list for {joined(path)}")
    for place, value in enumerate(wanted):
        if place >= len(there):
            there.append(value)
        else:
            _merge_into(there, place, value, (*path, place))


def remove(data: Any, patterns: Sequence[str]) -> None:
    """Take away what the patterns name, in place: `-resources__1`, `+title, -*`; the first that fits decides."""
    _remove(data, [(pattern.startswith("+"), pattern.lstrip("-+").split("__")) for pattern in patterns])


def _remove(data: Any, parsed: Sequence[tuple[bool, list[str]]]) -> None:
    if isinstance(data, dict):
        keys: list[Any] = list(data)
    elif isinstance(data, list):
        keys = list(range(len(data) - 1, -1, -1))
    else:
        return
    fitting_of = {key: [(keep, parts) for keep, parts in parsed if _fits(data, key, parts[0])] for key in keys}
    for key, fitting in fitting_of.items():
        below = [(keep, parts[1:]) for keep, parts in fitting if len(parts) > 1]
        if not next((keep for keep, parts in fitting if len(parts) == 1), True):
            del data[key]
        elif below:
            _remove(data[key], below)


def _fits(data: Any, key: Any, part: str) -> bool:
    if part == "*" or str(key) == part:
        return True
    if isinstance(data, list):
        if part.lstrip("-").isdigit() and len(part) < SHORTEST_ID:
            return int(part) in {key, key - len(data)}
        item = data[key]
        return len(part) >= SHORTEST_ID and isinstance(item, dict) and str(item.get("id", "")).startswith(part)
    return False
