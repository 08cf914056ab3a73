"""Asks an application whatever its own OpenAPI document allows, and much that it does not."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from typing import Any, cast

import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
DOCUMENT = "/api/3/openapi.json"
SLOW = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large, HealthCheck.large_base_example]


def run(app: Flask, names: list[str], examples: int, headers: dict[str, str] | None = None) -> int:
    """Ask every operation of the actions so many times, lawfully and unlawfully; how many operations there were."""
    wanted = {f"/api/3/action/{name}" for name in names}
    operations = [item for item in operations_of(app) if item.path in wanted]
    for operation in operations:
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            with suppress(Unsatisfiable):  # there is nothing that an action without arguments could be asked wrongly
                asked(operation, mode, examples, headers or {})()
    return len(operations)


@lru_cache(maxsize=2)
def operations_of(app: Flask) -> list[Any]:
    """Every operation of the document that the application serves."""
    return [cast("Any", item).ok() for item in schemathesis.openapi.from_wsgi(DOCUMENT, app).get_all_operations()]


def asked(operation: Any, mode: GenerationMode, examples: int, headers: dict[str, str]) -> Callable[[], None]:
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=SLOW,
        phases=[Phase.explicit, Phase.generate],
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        # compressed answers are for clients that can read them
        answer = case.call(headers={**(case.headers or {}), "Accept-Encoding": "identity", **headers})
        case.validate_response(answer, checks=CHECKS)

    return ask
