"""Answers as XML: by address and by Accept, with the content of the JSON, lawful by the schema that is served."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from portal.api import registry, xml_format, xml_schema
from tests.portal.api.world import SITE, World

SCHEMA = etree.XMLSchema(etree.fromstring(xml_schema.XSD.encode()))
SPACE = f"{{{xml_format.NAMESPACE}}}"
#: A call of every read action that answers something; what is not here is called without arguments.
CALLS: dict[str, dict[str, Any]] = {
    "package_show": {"id": "stunting-kecamatan"},
    "package_search": {"q": "imunisasi", "facet.field": '["tags", "organization"]', "rows": 5},
    "package_autocomplete": {"q": "cakup"},
    "organization_show": {"id": "dinas-kesehatan", "include_datasets": True},
    "organization_list": {"all_fields": True},
    "group_list": {"all_fields": True},
    "tag_list": {"all_fields": True},
    "tag_search": {"query": "bal"},
    "tag_show": {"id": "balita", "include_datasets": True},
    "resource_search": {"query": "name:a"},
    "format_autocomplete": {"q": "cs"},
    "help_show": {"name": "package_search"},
}


def value_of(element: Any) -> Any:
    """The JSON value of one element, as `xml-to-json()` has it; numbers exact."""
    kind = element.tag.removeprefix(SPACE)
    if kind == "map":
        return {key_of(child): value_of(child) for child in element}
    if kind == "array":
        return [value_of(child) for child in element]
    text = element.text or ""
    if kind == "string":
        return unescaped(text) if element.get("escaped") == "true" else text
    assert kind in {"number", "boolean", "null"}
    return None if kind == "null" else Decimal(text) if kind == "number" else text == "true"


def key_of(element: Any) -> str:
    return unescaped(element.get("key")) if element.get("escaped-key") == "true" else element.get("key")


def unescaped(text: str) -> str:
    return str(json.loads('"' + text.replace('"', '\\"') + '"', strict=False))


def exact(body: bytes) -> Any:
    return json.loads(body, parse_float=Decimal, parse_int=Decimal)


def checked(body: bytes) -> Any:
    """The value of an XML answer, which must be lawful."""
    root = etree.fromstring(body)
    SCHEMA.assertValid(root)
    return value_of(root)


@pytest.mark.parametrize("action", sorted(registry.ACTIONS))
def test_T43_every_read_answers_the_same_in_both(world: World, action: str) -> None:
    if registry.ACTIONS[action].writes:
        return
    asked = dict(CALLS.get(action, {}))
    if action.startswith("datastore"):
        asked["resource_id"] = str(world.table)
    answers = [world.client.post(f"/api/3/action/{action}", json=asked)]
    answers.append(world.client.post(f"/api/3/action/{action}.xml", json=asked))
    answers.append(world.client.post(f"/api/action/{action}", json=asked, headers={"Accept": "application/xml"}))
    assert {answer.status_code for answer in answers} <= {200, 403, 404, 409}
    assert [answer.mimetype for answer in answers] == ["application/json", "application/xml", "application/xml"]
    whole = exact(answers[0].data)
    assert checked(answers[1].data) == whole == checked(answers[2].data)
    assert whole["help"].endswith(f"name={action}")
    if action in CALLS:
        assert answers[0].status_code == 200, whole


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("package_show.xml?id=tidak-ada", 404),
        ("package_show.xml", 409),
        ("package_search.xml?zzz=1", 400),
        ("zzz.xml", 400),
        ("package_create.xml", 400),
        ("package_show.xml?token=x", 400),
        ("config_option_list.xml", 403),
    ],
)
def test_T43_refusals_are_xml_too(world: World, address: str, status: int) -> None:
    answer = world.client.get(f"/api/3/action/{address}")
    assert (answer.status_code, answer.mimetype) == (status, "application/xml")
    assert checked(answer.data) == exact(world.client.get(f"/api/3/action/{address.replace('.xml', '')}").data)


@pytest.mark.parametrize(
    ("accept", "xml"),
    [
        ("application/xml", True),
        ("text/xml", True),
        ("application/xml, */*;q=0.8", True),
        ("application/xml;q=0.9, application/json;q=0.5", True),
        ("application/json, application/xml", False),
        ("application/xml;q=0.5, */*", False),
        ("*/*", False),
        ("", False),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", False),
        ("application/xml;q=0", False),
        ("bukan apa-apa;;;q=x", False),
    ],
)
def test_which_form_is_wanted(world: World, accept: str, *, xml: bool) -> None:
    answer = world.client.get("/api/3/action/status_show", headers={"Accept": accept} if accept else {})
    assert (answer.mimetype == "application/xml") is xml
    assert "Accept" in answer.headers.getlist("Vary")


def test_a_callback_stays_javascript(world: World) -> None:
    answer = world.client.get("/api/3/action/status_show?callback=f", headers={"Accept": "application/xml"})
    assert answer.mimetype == "application/javascript"


def test_the_schema_is_served_and_named(world: World) -> None:
    served = world.client.get("/api/3/action.xsd")
    assert (served.status_code, served.mimetype) == (200, "application/xml")
    assert served.get_data(as_text=True) == xml_schema.XSD
    root = etree.fromstring(world.client.get("/api/3/action/status_show.xml").data)
    named = root.get("{http://www.w3.org/2001/XMLSchema-instance}schemaLocation")
    assert named == f"{xml_format.NAMESPACE} {SITE}/api/3/action.xsd"


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    lambda inner: st.lists(inner, max_size=5)
    | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=10), inner, max_size=5),
    max_leaves=30,
)  # fmt: skip


@given(values)
def test_T43_nothing_is_lost_on_the_way_through(value: Any) -> None:
    body = json.dumps(value).encode()
    assert checked(xml_format.from_json(body, "http://x/?a=1&b")) == exact(body)


def test_digits_stay() -> None:
    numbers = b"[1234567890.1234567890123456789, 1e400, -0, 1.50]"
    body = b'{"a": %s, "b\\u0000\\\\": "\\u0001\\\\u0002 \\" \\r\\n\\t ]]>"}' % numbers
    xml = xml_format.from_json(body, "http://x")
    assert b"<number>1234567890.1234567890123456789</number><number>1e400</number>" in xml
    root = etree.fromstring(xml)
    assert value_of(root) == exact(body)


def test_the_schema_refuses_what_is_no_answer() -> None:
    space = f'xmlns="{xml_format.NAMESPACE}"'
    for wrong in (
        f"<map {space}><string>x</string><string key='a'>1</string><string key='a'>2</string></map>",
        f"<number {space}>x</number>",
        f"<boolean {space}>mungkin</boolean>",
        f"<array {space}><lain/></array>",
        f"<null {space}>x</null>",
        "<map/>",
    ):
        assert not SCHEMA.validate(etree.fromstring(wrong)), wrong
