"""People made through the API for tests of a module: with tokens, in an organisation of their own."""

from __future__ import annotations

from typing import Any

from tests.portal.api.office.world import OfficeWorld

PASSWORD = "kuda-laut-hijau-27"


def register(world: OfficeWorld, *names: str) -> None:
    """Accounts without a role, each with a token under its name."""
    for name in names:
        made = world.result(
            "user_create",
            {"name": name, "email": f"{name}@contoh.id", "password": PASSWORD, "with_apitoken": True},
            "admin",
        )
        world.keys[name] = made["token"]


def organization(world: OfficeWorld, name: str, admin: str, **capacities: str) -> Any:
    """An organisation founded by `admin`, with people in capacities."""
    made = world.result("organization_create", {"name": name, "title": name.title()}, admin)
    for person, capacity in capacities.items():
        world.result("organization_member_create", {"id": name, "username": person, "role": capacity}, admin)
    return made
