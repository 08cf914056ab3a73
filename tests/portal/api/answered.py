"""Holds good answers to the types that the OpenAPI document promises: every test that calls an action checks it."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

from openapi_schema_validator import OAS30Validator

from portal.api import results


@lru_cache(maxsize=1)
def _document() -> tuple[Any, Any]:
    return results.schemas(results.RESULTS)


@cache
def _validator(action: str) -> Any:
    schemas, components = _document()
    return OAS30Validator({**schemas[action], "components": {"schemas": components}})


def check(action: str, result: Any) -> None:
    """Raise AssertionError where the result of a house action is not what its type says; where it is and how."""
    if action not in results.RESULTS:
        return
    faults = [
        f"{'/'.join(map(str, fault.absolute_path))}: {fault.message[:300]}"
        for fault in _validator(action).iter_errors(result)
    ]
    assert not faults, (action, faults[:5])
