"""JSON Schema of the arguments as OpenAPI 3.0 knows it, from the pydantic models that read them.

pydantic writes JSON Schema 2020-12 (OpenAPI 3.1); 3.0 has its own, older dialect: `nullable` instead of a type null,
no `const`, boolean `exclusiveMinimum`, no `prefixItems`, no words beside a `$ref`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, JsonSchemaValue, models_json_schema
from pydantic_core import CoreSchema
from pydantic_core import core_schema as core

Schema = dict[str, Any]
REF = "#/components/schemas/{model}"
#: Words of 2020-12 that 3.0 does not have and that say nothing a client needs.
_DROPPED = frozenset(
    {"$schema", "$id", "$comment", "patternProperties", "propertyNames", "unevaluatedProperties", "if", "then", "else"}
)


class OpenApi30(GenerateJsonSchema):
    """Writes the dialect of OpenAPI 3.0."""

    def generate_definitions(self, inputs: Any) -> Any:
        """As pydantic's, every schema of it in the older dialect."""
        found, definitions = super().generate_definitions(inputs)
        return (
            {key: self.mapped(schema) for key, schema in found.items()},
            {name: self.mapped(schema) for name, schema in definitions.items()},
        )

    def nullable_schema(self, schema: core.NullableSchema) -> JsonSchemaValue:
        """A value or none: `nullable` beside it."""
        return _nullable(self.generate_inner(schema["schema"]))

    def handle_invalid_for_json_schema(self, schema: CoreSchema, error_info: str) -> JsonSchemaValue:
        """What has no schema (a value that only our own code judges) may be anything."""
        return {}

    def mapped(self, schema: Any) -> Any:
        """One schema, all the way down; `properties` maps names to schemas, `default` and `enum` are values."""
        if isinstance(schema, list):
            return [self.mapped(item) for item in schema]
        if not isinstance(schema, dict):
            return schema
        found: Schema = {}
        for word, value in schema.items():
            if word == "properties":
                found[word] = {name: self.mapped(inner) for name, inner in value.items()}
            elif word in ("default", "enum", "example", "examples", "required", "const"):
                found[word] = value
            elif word not in _DROPPED:
                found[word] = self.mapped(value)
        return _older(found)


def _older(schema: Schema) -> Schema:
    """The words of one level; what is below is done."""
    if "const" in schema:
        schema["enum"] = [schema.pop("const")]
    if "examples" in schema:
        examples = schema.pop("examples")
        schema.setdefault("example", examples[0] if examples else None)
    for word, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if word in schema and not isinstance(schema[word], bool):
            schema[bound], schema[word] = schema[word], True
    if "prefixItems" in schema:
        items = schema.pop("prefixItems")
        schema["items"] = {"anyOf": items}
    if schema.get("type") == "array":
        schema.setdefault("items", {})
    if schema.get("items") is False or schema.get("items") is True:
        schema["items"] = {}
    schema = _one_type(_without_null(schema))
    if "default" in schema and not _fits(schema["default"], schema.get("type")):
        del schema["default"]  # nothing said is nothing meant, and 3.0 wants a default of the type
    return schema


def _fits(default: Any, kind: Any) -> bool:
    """Whether a default is of the schema's type; a validator may take more than the type that the document tells."""
    kinds = {"object": dict, "array": list | tuple, "string": str, "boolean": bool}
    return default is not None and isinstance(default, kinds.get(str(kind), object))


def _without_null(schema: Schema) -> Schema:
    for word in ("anyOf", "oneOf"):
        choices = schema.get(word)
        if choices and {"type": "null"} in choices:
            left = [choice for choice in choices if choice != {"type": "null"}]
            rest = {key: value for key, value in schema.items() if key != word}
            return _nullable({**rest, **left[0]} if len(left) == 1 and "$ref" not in left[0] else {**rest, word: left})
    return schema


def _one_type(schema: Schema) -> Schema:
    kinds = schema.get("type")
    if isinstance(kinds, list):
        rest = {key: value for key, value in schema.items() if key != "type"}
        named = [kind for kind in kinds if kind != "null"]
        schema = {**rest, "type": named[0]} if len(named) == 1 else {**rest, "anyOf": [{"type": k} for k in named]}
        return _nullable(schema) if "null" in kinds else schema
    if "$ref" in schema and len(schema) > 1:
        reference = {"$ref": schema.pop("$ref")}
        return {**schema, "allOf": [reference]}
    return schema


def _nullable(schema: JsonSchemaValue) -> Schema:
    if "$ref" in schema:
        return {"allOf": [dict(schema)], "nullable": True}
    return {**schema, "nullable": True}


def schemas_of(models: Iterable[type[BaseModel]]) -> tuple[Mapping[type[BaseModel], Schema], Schema]:
    """(model → its schema or a reference into the components; the components by name)."""
    asked: list[tuple[type[BaseModel], JsonSchemaMode]] = [(model, "validation") for model in dict.fromkeys(models)]
    found, rest = models_json_schema(asked, ref_template=REF, schema_generator=OpenApi30)
    # models of one name in two modules bear the module's; the room's own path says nothing to a reader
    text = orjson.dumps([[found[item] for item in asked], rest.get("$defs", {})]).replace(b"portal__api__", b"")
    references, components = orjson.loads(text)
    return dict(zip((model for model, _mode in asked), references, strict=True)), components


def resolved(schema: Schema, components: Schema) -> Schema:
    """The schema itself where it is a reference into the components."""
    name = str(schema.get("$ref", "")).removeprefix(REF.format(model=""))
    return dict(components[name]) if name else schema
