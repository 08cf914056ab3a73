"""The OpenAPI 3.0 document of one side: every action of its table, from the models that read the arguments.

Nothing is written twice: names, types and defaults are the models', the words are the actions' own help. The document
holds everything it refers to.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from portal.api import results
from portal.api.action import Action, Portal, Registry
from portal.api.answers import MOST_ROWS, dumps
from portal.api.groups import ORDER, group_of
from portal.api.openapi_schema import Schema, resolved, schemas_of
from portal.api.site import CKAN_VERSION
from portal.tables.rows import MAX_ROWS

JSON, XML, FORM = "application/json", "application/xml", "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"
#: Second names of arguments, which the models take before they look at the fields.
ALIASES: dict[str, tuple[str, str]] = {
    "package_show": ("id", "name_or_id"),
    "datastore_search": ("id", "resource_id"),
    "datastore_info": ("id", "resource_id"),
}
_FAILURES = {
    "400": "The call cannot be read (a bare string), or a parameter does not exist",
    "403": "Not allowed",
    "404": "Not found, or not visible to the caller",
    "409": "Arguments that do not hold: a list of messages per field",
    "413": "The body is too large",
    "429": "Too many requests: wait for the seconds of Retry-After",
    "500": "A fault of the portal; the number in the message is in its log",
    "503": "A part of the portal does not answer",
}


class OpenApi:
    """The document of this process, made at the first question and kept."""

    def __init__(self, portal: Portal, url: str, *, tokens: bool) -> None:
        self.portal = portal
        self.url = url
        self.tokens = tokens
        self._body: bytes | None = None
        self._schemas: tuple[Mapping[type[BaseModel], Schema], Schema] | None = None

    def body(self, actions: Registry) -> bytes:
        """The document as JSON; `actions` are the same at every call."""
        if self._body is None:
            self._body = dumps(self.document(actions))
        return self._body

    def arguments(self, action: Action, actions: Registry) -> Schema:
        """The schema of one action's arguments, second names included."""
        schemas, components = self._of_models(actions)
        return with_alias(action, resolved(schemas[action.arguments], components))

    def _of_models(self, actions: Registry) -> tuple[Mapping[type[BaseModel], Schema], Schema]:
        if self._schemas is None:
            self._schemas = schemas_of(action.arguments for action in actions.values())
        return self._schemas

    def document(self, actions: Registry) -> Schema:
        """The document as a value."""
        schemas, components = self._of_models(actions)
        answers, shapes = results.schemas(actions)
        paths: Schema = {}
        for action in sorted(actions.values(), key=lambda item: item.name):
            named = self.arguments(action, actions)
            paths[f"/api/3/action/{action.name}"] = self._path(
                action, named, schemas[action.arguments], answers[action.name]
            )
        paths.update(_files())
        return {
            "openapi": "3.0.3",
            "info": self._info(),
            "servers": [{"url": self.url}],
            "tags": [{"name": group} for group in ORDER if any(group_of(name) == group for name in actions)],
            "paths": paths,
            "components": {
                "schemas": {**components, **shapes, **_ENVELOPE},
                "responses": {code: _failure(code, text) for code, text in _FAILURES.items()},
                **({"securitySchemes": {"token": _TOKEN}} if self.tokens else {}),
            },
        }

    def _info(self) -> Schema:
        return {
            "title": self.portal.title,
            "version": CKAN_VERSION,
            "description": (
                f"CKAN's action API, version {CKAN_VERSION}. Every read action also answers XML with equal content: by"
                " `Accept: application/xml` or `.xml` after its name (schema: /api/3/action.xsd). Datasets: at most"
                f" {MOST_ROWS} rows a call; rows of tables: at most {MAX_ROWS}. The whole catalogue is one file:"
                " /api/3/dump/datasets.jsonl.gz."
            ),
            "license": {"name": "AGPL-3.0-or-later"},
        }

    def _path(self, action: Action, schema: Schema, reference: Schema, result: Schema) -> Schema:
        common: Schema = {
            "tags": [group_of(action.name)],
            "summary": _summary(action),
            "description": " ".join(action.help.split()),
            "responses": {"200": _success(result), **_RESPONSES},
        }
        if self.tokens:
            common["security"] = [{"token": []}] if action.writes else [{"token": []}, {}]
        body = _body(action, schema, reference)
        found: Schema = {"post": {**common, "operationId": action.name, "requestBody": body}}
        if not action.writes:
            found["get"] = {**common, "operationId": f"{action.name}_get", "parameters": _parameters(schema)}
        return found


def _summary(action: Action) -> str:
    return " ".join(action.help.split()).split(". ")[0].rstrip(".")[:120] or action.name


def with_alias(action: Action, schema: Schema) -> Schema:
    """The schema with the second name of an argument, either of which may be given."""
    if action.name not in ALIASES:
        return schema
    also, name = ALIASES[action.name]
    properties = schema.get("properties", {})
    required = [key for key in schema.get("required", []) if key != name]
    changed = {**schema, "properties": {also: properties[name], **properties}}
    changed.pop("required", None)
    return {**changed, "required": required} if required else changed


def _body(action: Action, schema: Schema, reference: Schema) -> Schema:
    files = [name for name, inner in schema.get("properties", {}).items() if inner.get("format") == "binary"]
    content: Schema = {JSON: {"schema": schema if action.name in ALIASES else reference}}
    if files:
        plain = {name: inner for name, inner in schema["properties"].items() if name not in files}
        content = {JSON: {"schema": {**schema, "properties": plain}}, MULTIPART: {"schema": schema}}
    elif not action.writes:
        content[FORM] = {"schema": schema}
    return {"content": content, "required": bool(schema.get("required"))}


def _parameters(schema: Schema) -> list[Schema]:
    required = set(schema.get("required", []))
    return [
        {"name": name, "in": "query", "required": name in required, **_in_address(inner)}
        for name, inner in schema.get("properties", {}).items()
    ]


def _in_address(schema: Schema) -> Schema:
    """A value in an address: scalars and lists of them as they are, the rest as JSON text."""
    kept = {key: value for key, value in schema.items() if key not in ("title", "nullable", "description")}
    shown = {"description": schema["description"]} if "description" in schema else {}
    if kept.get("type") in ("string", "integer", "number", "boolean"):
        return {**shown, "schema": kept}
    if (
        kept.get("type") == "array"
        and kept.get("format") != "json"
        and kept.get("items", {}).get("type") in ("string", "integer")
    ):
        return {**shown, "schema": {"type": "array", "items": kept["items"]}}
    return {"schema": {"type": "string"}, "description": "JSON, or a text where a text is meant"}


def _files() -> Schema:
    """What is not an action: the dump of a table and of the catalogue."""
    dump = {
        "tags": ["datastore"],
        "operationId": "datastore_dump",
        "summary": "A whole table as a file",
        "parameters": [
            {"name": "resource_id", "in": "path", "required": True, "schema": {"type": "string"}},
            {
                "name": "format",
                "in": "query",
                "schema": {"type": "string", "enum": ["csv", "tsv", "json", "xml"], "default": "csv"},
            },
            {"name": "bom", "in": "query", "schema": {"type": "boolean", "default": False}},
        ],
        "responses": {code: {"description": text} for code, text in _FILE_ANSWERS.items()},
    }
    whole = {
        "tags": ["package"],
        "operationId": "catalogue_dump",
        "summary": "Every dataset of the catalogue, a JSON object a line",
        "responses": {
            "200": {
                "description": "JSON lines, compressed with gzip; made every night",
                "content": {"application/gzip": {"schema": {"type": "string", "format": "binary"}}},
            },
            "503": {"description": "The file is being made"},
        },
    }
    return {"/datastore/dump/{resource_id}": {"get": dump}, "/api/3/dump/datasets.jsonl.gz": {"get": whole}}


def _success(result: Schema) -> Schema:
    """The good answer of one action: its result in CKAN's envelope."""
    own: Schema = {"type": "object", "properties": {"result": result}}
    schema = {"allOf": [{"$ref": "#/components/schemas/Success"}, own]}
    content = {JSON: {"schema": schema}, XML: {"schema": {"type": "string"}}}
    return {"description": "The result in its envelope", "content": content}


def _failure(code: str, text: str) -> Schema:
    reference: Any = {"$ref": "#/components/schemas/Failure"}
    schema = {"oneOf": [{"type": "string"}, reference]} if code in ("400", "413") else reference
    found: Schema = {"description": text, "content": {JSON: {"schema": schema}, XML: {"schema": {"type": "string"}}}}
    if code == "429":
        found["headers"] = {"Retry-After": {"description": "Seconds to wait", "schema": {"type": "integer"}}}
    return found


_FILE_ANSWERS = {
    "200": "The file",
    "400": "A parameter that does not hold",
    "404": "No such table",
    "410": "The table was withdrawn",
    "429": "Too many requests",
}
_TOKEN = {
    "type": "apiKey",
    "in": "header",
    "name": "Authorization",
    "description": "An API token, alone or after Bearer",
}
_ENVELOPE: Schema = {
    "Success": {
        "type": "object",
        "required": ["help", "success", "result"],
        "properties": {
            "help": {"type": "string", "description": "Where the action's help is"},
            "success": {"type": "boolean", "enum": [True]},
            "result": {"description": "What the action returns", "nullable": True},
        },
    },
    "Failure": {
        "type": "object",
        "required": ["help", "success", "error"],
        "properties": {
            "help": {"type": "string"},
            "success": {"type": "boolean", "enum": [False]},
            "error": {
                "type": "object",
                "required": ["__type"],
                "properties": {"__type": {"type": "string"}, "message": {}},
                "additionalProperties": True,
            },
        },
    },
}
_RESPONSES: Schema = {code: {"$ref": f"#/components/responses/{code}"} for code in _FAILURES}
