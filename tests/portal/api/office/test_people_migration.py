"""The people's migration on a database that has people: everybody gets a username; down and up again loses nobody."""

from __future__ import annotations

import psycopg

from portal.operations import migrate
from tests.support import Databases

PEOPLE = ("budi@satu.id", "budi@dua.id", "x@satu.id", "siti.aminah@satu.id")


def names(databases: Databases) -> list[str]:
    with psycopg.connect(databases.superuser("office")) as connection:
        return [row[0] for row in connection.execute("SELECT username FROM accounts.person ORDER BY created, email")]


def test_people_before_usernames_get_theirs(empty_databases: Databases) -> None:
    made, url = empty_databases, empty_databases.addresses.migrator("office")
    migrate.upgrade("office", url, made.roles, revision="0005")
    with psycopg.connect(made.superuser("office")) as connection:
        for number, email in enumerate(PEOPLE):
            connection.execute(
                "INSERT INTO accounts.person (email, name, created) VALUES (%s, 'N', now() + %s * interval '1 s')",
                [email, number],
            )
        connection.execute(
            "INSERT INTO accounts.agency (name, title, tingkat, region_code) VALUES ('dinas', 'D', 'daerah', '33.29')"
        )
    migrate.upgrade("office", url, made.roles)
    assert names(made) == ["budi", "budi-2", "orang-x", "siti-aminah"]
    with psycopg.connect(made.superuser("office")) as connection:
        assert connection.execute("SELECT state, active, extras FROM accounts.agency").fetchall() == [
            ("deleted", True, [])
        ]
    migrate.downgrade("office", url, made.roles, "0005")
    migrate.upgrade("office", url, made.roles)
    assert names(made) == ["budi", "budi-2", "orang-x", "siti-aminah"]
