"""Every action scored against a real CKAN. `make test-ckan` says how to name one."""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path

import pytest

from portal.api.registry import ACTIONS as PUBLIC
from tests.differential import report
from tests.differential.calls import CALLS
from tests.differential.compare import Verdict
from tests.differential.house import our_sides
from tests.differential.running import run
from tests.differential.sides import Side
from tests.support import Databases

pytestmark = [pytest.mark.ckan, pytest.mark.timeout(3600)]
#: These families are always run: the others stand on the world that the first makes.
ALWAYS = {"world", "ends"}


def token() -> str:
    """This run's own word in every name: letters only, so that analysers leave it whole."""
    return "".join(secrets.choice("bcdfghjklmnpqrstvwxz") for _ in range(6))


@pytest.fixture(scope="module")
def verdicts(module_databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> list[Verdict]:
    wanted = {name for name in os.environ.get("CKAN_FAMILIES", "").split(",") if name}
    calls = [call for name, call in CALLS if not wanted or name in wanted | ALWAYS]
    reads = frozenset(name for name, action in PUBLIC.items() if not action.writes) | {"datastore_dump"}
    url, key = os.environ["CKAN_REFERENCE_URL"].rstrip("/"), os.environ["CKAN_REFERENCE_TOKEN"]
    token_of_run = token()
    reference = Side("reference", url, key, token_of_run)
    if os.environ.get("CKAN_AGAINST_ITSELF"):  # what differs then is chance, or a fault of the table
        found = run(calls, reference, Side("itself", url, key, token()), None, frozenset())
    else:
        with our_sides(module_databases, tmp_path_factory.mktemp("ckan"), token_of_run) as (office, public):
            found = run(calls, reference, office, public, reads)
    folder = Path(os.environ.get("CKAN_REPORT_DIR", "."))
    report.write_json(folder / "ckan-score.json", found)
    text = "\n".join([*report.lines(found), *report.findings(found)])
    (folder / "ckan-score.txt").write_text(text + "\n", encoding="utf-8", errors="backslashreplace")
    sys.stdout.write("\n" + "\n".join(report.lines(found)) + "\n")
    return found


@pytest.mark.parametrize("action", sorted({call.action for _, call in CALLS}))
def test_an_action_answers_as_ckan_does(action: str, verdicts: list[Verdict]) -> None:
    wrong = [verdict for verdict in verdicts if verdict.call.action == action and not verdict.good]
    assert not wrong, "\n".join(report.findings(wrong))
