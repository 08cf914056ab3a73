"""What a release runs first: databases, roles and migrations out of the environment."""

from __future__ import annotations

from dataclasses import asdict

import psycopg
import pytest

from portal.operations.deploy import DeployError, deploy
from tests.support import DatabaseFactory, Databases


def environment(found: Databases) -> dict[str, str]:
    passwords = {f"PORTAL_PASSWORD_{name.upper()}": value for name, value in asdict(found.passwords).items()}
    urls = dict.fromkeys(("PORTAL_SUPERUSER_PUBLIC_URL", "PORTAL_SUPERUSER_OFFICE_URL"), found.cluster_url)
    return passwords | urls


def test_deploy_makes_everything_and_may_run_again(
    database_factory: DatabaseFactory, empty_databases: Databases
) -> None:
    database_factory.drop(empty_databases)
    for _ in range(2):
        states = deploy(environment(empty_databases), (), empty_databases.names, empty_databases.roles)
        assert [state.good for state in states] == [True, True]
    database_factory.made.append(empty_databases)
    with psycopg.connect(empty_databases.addresses.public) as connection:
        assert connection.execute("SELECT count(*) > 3 FROM pg_extension").fetchone() == (True,)


def test_missing_variables_are_named_together(empty_databases: Databases) -> None:
    given = environment(empty_databases) | {
        "PORTAL_PASSWORD_OFFICE": "",
        "PORTAL_ELASTICSEARCH_URL": "http://127.0.0.1:9",
    }
    with pytest.raises(DeployError) as caught:
        deploy(given)
    for name in ("PORTAL_PASSWORD_OFFICE", "PORTAL_ELASTICSEARCH_PASSWORD", "PORTAL_ELASTICSEARCH_PUBLIC_PASSWORD"):
        assert name in str(caught.value)
    assert "PORTAL_PASSWORD_PUBLIC" not in str(caught.value)
