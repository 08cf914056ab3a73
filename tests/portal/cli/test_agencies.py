"""The first agency of an installation: after it people can be made, files taken, releases done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from config.settings import PREFIX, WorkerSettings
from portal.cli.commands import main
from tests.apps import Office, dispose, make_office
from tests.support import Databases


@pytest.fixture(scope="module")
def office(module_databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    made = make_office(module_databases, tmp_path_factory.mktemp("office"))
    yield made
    dispose(made.runtime)


@pytest.fixture
def environment(office: Office, tmp_path: Path) -> Mapping[str, str]:
    values = {
        PREFIX + field.name.upper(): str(getattr(office.settings, field.name))
        for field in fields(WorkerSettings)
        if not isinstance(getattr(office.settings, field.name), bool) and getattr(office.settings, field.name) != ""
    }
    return {**values, "DEMO_DIR": str(tmp_path)}


def run(environment: Mapping[str, str], *arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments), env=environment, catch_exceptions=False)


def count(office: Office, side: str, query: str) -> int:
    with office.runtime.sessions[side]() as session:  # type: ignore[index]
        return int(session.scalar(text(query)) or 0)


def test_the_first_agency_brings_the_workers_account_and_is_told_to_the_public(
    environment: Mapping[str, str], office: Office
) -> None:
    made = run(environment, "agency", "create", "diskominfo", "Dinas Komunikasi dan Informatika", "--walidata")
    assert made.exit_code == 0, made.output
    again = run(environment, "agency", "create", "diskominfo", "Dinas Kominfo", "--abbreviation", "Diskominfo")
    assert again.output == made.output, "the same agency, changed"
    run(environment, "agency", "create", "dinkes", "Dinas Kesehatan")
    assert count(office, "office", "SELECT count(*) FROM accounts.person WHERE service") == 1
    assert count(office, "public", "SELECT count(*) FROM catalog.organization WHERE title LIKE 'Dinas%'") == 2
    assert count(office, "public", "SELECT count(*) FROM catalog.region WHERE level = 'kecamatan'") == 17
    person = ("user", "create", "admin@contoh.id", "Admin Satu", "--agency", "diskominfo", "--role", "admin")
    assert run(environment, *person, "--password", "kuda-laut-hijau-27").exit_code == 0
    assert office.sign_in("admin").get("/akun").status_code == 200


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("Nama Salah", "Judul"), "name"),
        (("baik", "Judul", "--tingkat", "langit"), "tingkat"),
        (("baik", "Judul", "--region", "33-29"), "region_code"),
    ],
)
def test_what_does_not_fit_is_named(environment: Mapping[str, str], arguments: tuple[str, ...], named: str) -> None:
    result = run(environment, "agency", "create", *arguments)
    assert result.exit_code == 1
    assert named in result.output
