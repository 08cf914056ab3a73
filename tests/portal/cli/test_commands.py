"""The console script on real databases: accounts, tokens, search, the record, health."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner, Result

from config.settings import PREFIX, WorkerSettings
from portal.cli.commands import main
from tests.apps import Office, dispose, make_office
from tests.support import Databases


@pytest.fixture(scope="module")
def office(module_databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    made = make_office(module_databases, tmp_path_factory.mktemp("office"))
    made.agency("dinas-kesehatan")
    yield made
    dispose(made.runtime)


@pytest.fixture
def environment(office: Office, module_databases: Databases, tmp_path: Path) -> Mapping[str, str]:
    values = {
        PREFIX + field.name.upper(): str(getattr(office.settings, field.name))
        for field in fields(WorkerSettings)
        if not isinstance(getattr(office.settings, field.name), bool) and getattr(office.settings, field.name) != ""
    }
    values["PORTAL_MIGRATOR_PUBLIC_DATABASE_URL"] = module_databases.addresses.migrator_public
    values["PORTAL_MIGRATOR_OFFICE_DATABASE_URL"] = module_databases.addresses.migrator_office
    return {**values, "DEMO_DIR": str(tmp_path)}


def run(environment: Mapping[str, str], *arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments), env=environment, catch_exceptions=False)


def test_help_is_the_manual() -> None:
    text = CliRunner().invoke(main, ["--help"]).output
    for verb in ("serve", "worker", "db", "search", "user", "audit", "health", "demo"):
        assert verb in text


def test_a_person_made_by_command_signs_in(environment: Mapping[str, str], office: Office) -> None:
    arguments = ("user", "create", "ida@contoh.id", "Ida Ayu", "--agency", "dinas-kesehatan", "--role", "produsen")
    made = run(environment, *arguments, "--password", "kuda-laut-hijau-27")
    assert made.exit_code == 0, made.output
    assert office.sign_in("ida").get("/akun").status_code == 200
    token = run(environment, "user", "token", "ida@contoh.id").output.strip()
    assert len(token) == 43
    answer = office.client().get("/akun", headers={"Authorization": token})
    assert answer.status_code == 200


def test_an_unknown_agency_is_said(environment: Mapping[str, str]) -> None:
    arguments = ("user", "create", "x@contoh.id", "Orang", "--agency", "tidak-ada", "--role", "produsen")
    result = run(environment, *arguments, "--password", "kuda-laut-hijau-27")
    assert result.exit_code == 1
    assert "tidak dikenal" in result.output


def test_a_missing_setting_is_named_without_its_value(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["health"], env={"DEMO_DIR": str(tmp_path), "PORTAL_PROFILE": "brebes"})
    assert result.exit_code == 1
    assert "PORTAL_OFFICE_DATABASE_URL" in result.output


def test_the_indexes_are_rebuilt_and_checked(environment: Mapping[str, str]) -> None:
    assert run(environment, "search", "rebuild").exit_code == 0
    checked = run(environment, "search", "check")
    assert checked.exit_code == 0
    assert "kurang 0, basi 0, lebih 0" in checked.output


def test_the_dump_of_the_catalogue_is_built(environment: Mapping[str, str]) -> None:
    result = run(environment, "api", "dump")
    assert result.exit_code == 0, result.output
    assert "dataset" in result.output


def test_the_record_is_verified_and_a_changed_line_is_found(
    environment: Mapping[str, str], office: Office, module_databases: Databases
) -> None:
    office.person("penguji")
    sound = run(environment, "audit", "verify")
    assert sound.exit_code == 0, sound.output
    assert "utuh" in sound.output
    head = sound.output.strip().rsplit(" ", 1)[-1]
    assert run(environment, "audit", "verify", "--head", head).exit_code == 0
    with psycopg.connect(module_databases.superuser("office")) as connection:
        connection.execute("UPDATE audit.record SET act = 'lain' WHERE seq = (SELECT min(seq) FROM audit.record)")
    assert run(environment, "audit", "verify").exit_code == 1


def test_migrations_are_up_to_date(environment: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    result = run(environment, "db", "check")
    assert "TERTINGGAL" not in result.output
