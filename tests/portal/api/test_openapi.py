"""The OpenAPI document of both sides is lawful 3.0, holds every action, and says what the models say."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

import pytest
from openapi_spec_validator import OpenAPIV30SpecValidator, validate
from pydantic import BaseModel, Field

from portal.api import registry
from portal.api.action import Portal, Registry
from portal.api.groups import ORDER, group_of, grouped
from portal.api.office import registry as office
from portal.api.openapi import ALIASES, OpenApi
from portal.api.openapi_schema import schemas_of
from tests.portal.api.world import SITE, World

PORTAL = Portal(title="Portal", description="", url=SITE, office_url="http://localhost:8001", locale="id")
SIDES = [("public", registry.ACTIONS), ("office", office.ACTIONS)]


def document(actions: Registry, *, tokens: bool = False) -> Any:
    return json.loads(OpenApi(PORTAL, SITE, tokens=tokens).body(actions))


@pytest.mark.parametrize(("side", "actions"), SIDES)
def test_the_document_is_lawful(side: str, actions: Registry) -> None:
    made = document(actions, tokens=side == "office")
    validate(made, cls=OpenAPIV30SpecValidator)
    assert made["openapi"].startswith("3.0")
    named = {path.rpartition("/")[2] for path in made["paths"] if path.startswith("/api/3/action/")}
    assert named == set(actions)
    for name, action in actions.items():
        path = made["paths"][f"/api/3/action/{name}"]
        assert set(path) == ({"post"} if action.writes else {"get", "post"})
        assert path["post"]["summary"]
    text = json.dumps(made)
    assert not {part for part in text.split('"') if part.startswith(("http://", "https://")) and SITE not in part}
    assert all(part.startswith("#/components/") for part in references(made))
    assert '"portal__' not in text


def references(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
        return own + [item for inner in value.values() for item in references(inner)]
    return [item for inner in value for item in references(inner)] if isinstance(value, list) else []


def test_each_side_serves_its_own(world: World) -> None:
    answer = world.client.get("/api/3/openapi.json")
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    assert answer.get_json() == document(registry.ACTIONS) | {"info": answer.get_json()["info"]}
    assert "securitySchemes" not in answer.get_json()["components"]
    assert answer.headers["ETag"]
    assert document(office.ACTIONS, tokens=True)["components"]["securitySchemes"]["token"]["name"] == "Authorization"


def test_what_the_models_say() -> None:
    made = document(registry.ACTIONS)
    asked = {item["name"]: item for item in made["paths"]["/api/3/action/package_search"]["get"]["parameters"]}
    assert asked["rows"]["schema"] == {"type": "integer", "minimum": 0, "default": 10}
    assert asked["facet.field"]["schema"] == {"type": "string"}
    assert asked["fq"]["schema"] == {"type": "array", "items": {"type": "string"}}
    show = {item["name"]: item["required"] for item in made["paths"]["/api/3/action/package_show"]["get"]["parameters"]}
    assert show["id"] is False
    assert set(ALIASES) <= set(registry.ACTIONS)


class Odd(BaseModel):
    """Every construct that 2020-12 has and 3.0 does not."""

    one: Literal["a"] = "a"
    two: Literal["a", "b"] | None = None
    three: int | None = Field(default=None, gt=0, lt=10, examples=[5])
    four: tuple[int, str] = (1, "x")
    five: dict[str, int] | list[str] | None = None
    six: Odd | None = None
    seven: Annotated[float, Field(ge=0.5)] = 1.0
    eight: Any = None
    nine: dict[Annotated[str, Field(pattern="^a")], int] = {}


def test_newer_words_become_older_ones() -> None:
    found, components = schemas_of([Odd])
    assert found[Odd] == {"$ref": "#/components/schemas/Odd"}
    whole = {
        "openapi": "3.0.3",
        "info": {"title": "x", "version": "1"},
        "paths": {},
        "components": {"schemas": components},
    }
    validate(whole, cls=OpenAPIV30SpecValidator)
    odd = components["Odd"]["properties"]
    assert odd["one"]["enum"] == ["a"]
    assert odd["two"] == {"enum": ["a", "b"], "nullable": True, "title": "Two", "type": "string"}
    assert (odd["three"]["minimum"], odd["three"]["exclusiveMinimum"], odd["three"]["nullable"]) == (0, True, True)
    assert odd["three"]["example"] == 5
    assert odd["six"] == {"allOf": [{"$ref": "#/components/schemas/Odd"}], "nullable": True}
    text = json.dumps(components)
    for word in ("const", "prefixItems", "propertyNames", "null", "$defs", "examples"):
        assert f'"{word}"' not in text, word


def test_every_action_has_a_group() -> None:
    for _side, actions in SIDES:
        assert {group_of(name) for name in actions} <= set(ORDER)
        named = [item.name for _key, items in grouped(actions.values()) for item in items]
        assert sorted(named) == sorted(actions)


def html(world: World, address: str = "/api") -> str:
    answer = world.client.get(address, headers={"Accept": "text/html,application/xhtml+xml"})
    assert (answer.status_code, answer.mimetype) == (200, "text/html")
    return str(answer.get_data(as_text=True))


def test_the_page_names_every_action_and_this_portals_own_things(world: World) -> None:
    text = html(world)
    for name in registry.ACTIONS:
        assert f'id="aksi-{name}"' in text
    assert str(world.table) in text, "examples call this portal's own table"
    assert "jones" not in text
    for language in ("curl", "python", "r", "qgis"):
        assert f'"resource-{language}"' in text
        assert f'"datastore-{language}"' in text
    assert "/api/3/openapi.json" in text
    assert "/api/3/dump/datasets.jsonl.gz" in text
    assert " style=" not in text
    assert "http://localhost:8001" in text


def test_the_list_is_searched_without_scripts(world: World) -> None:
    found = html(world, "/api?q=package+search")
    assert 'id="aksi-package_search"' in found
    assert 'id="aksi-tag_list"' not in found
    assert "Tidak ada tindakan yang cocok" in html(world, "/api?q=zzzz%3Cb%3E")
    assert "zzzz&lt;b&gt;" in html(world, "/api?q=zzzz%3Cb%3E")
    assert "Using the API" in html(world, "/api?lang=en")
