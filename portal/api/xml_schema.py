"""The XSD of every XML answer of the API, served at `/api/3/action.xsd`: written here, after the W3C's form."""

from __future__ import annotations

_KEY = '<xs:attributeGroup ref="fn:key"/>'
_ANY = '<xs:group ref="fn:value" minOccurs="0" maxOccurs="unbounded"/>'
_FIELDS = '<xs:field xpath="@key"/><xs:field xpath="@escaped-key"/>'
_UNIQUE = f'<xs:unique name="{{name}}"><xs:selector xpath="*"/>{_FIELDS}</xs:unique>'

_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:fn="http://www.w3.org/2005/xpath-functions"
    targetNamespace="http://www.w3.org/2005/xpath-functions" elementFormDefault="qualified">
  <xs:annotation>
    <xs:documentation xml:lang="en">
      Answers of the action API as XML: the JSON of the same call in the representation of XPath Functions 3.1,
      section 17.5. The root is a map with the keys "help" (string), "success" (boolean) and either "result" (whatever
      the action returns) or "error" (a map with "__type" and "message", or messages per field in arrays of strings).
      A call that could not be read at all is answered with a single string. A string or key that holds characters
      which XML 1.0 cannot hold bears escaped="true" and writes them, and the backslash, as JSON does.
    </xs:documentation>
  </xs:annotation>
"""


def _element(name: str, kind: str, unique: str = "") -> str:
    inner = _UNIQUE.replace("{name}", unique) if unique else ""
    return f'  <xs:element name="{name}" type="{kind}">{inner}</xs:element>\n'


def _extended(name: str, base: str, more: str = "") -> str:
    return (
        f'  <xs:complexType name="{name}"><xs:simpleContent><xs:extension base="{base}">{more}{_KEY}'
        "</xs:extension></xs:simpleContent></xs:complexType>\n"
    )


def _values() -> str:
    names = ("map", "array", "string", "number", "boolean", "null")
    refs = "".join(f'<xs:element ref="fn:{name}"/>' for name in names)
    return f'  <xs:group name="value"><xs:choice>{refs}</xs:choice></xs:group>\n'


XSD = "".join(
    (
        _HEAD,
        _element("map", "fn:mapType", "keys"),
        _element("array", "fn:arrayType"),
        _element("string", "fn:stringType"),
        _element("number", "fn:numberType"),
        _element("boolean", "fn:booleanType"),
        _element("null", "fn:nullType"),
        _values(),
        '  <xs:attributeGroup name="key"><xs:attribute name="key" type="xs:string"/>'
        '<xs:attribute name="escaped-key" type="xs:boolean" default="false"/></xs:attributeGroup>\n',
        f'  <xs:complexType name="mapType"><xs:sequence>{_ANY}</xs:sequence>{_KEY}</xs:complexType>\n',
        f'  <xs:complexType name="arrayType"><xs:sequence>{_ANY}</xs:sequence>{_KEY}</xs:complexType>\n',
        _extended("stringType", "xs:string", '<xs:attribute name="escaped" type="xs:boolean" default="false"/>'),
        '  <xs:simpleType name="jsonNumber"><xs:restriction base="xs:double">'
        '<xs:pattern value="-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+\\-]?[0-9]+)?"/></xs:restriction></xs:simpleType>\n',
        _extended("numberType", "fn:jsonNumber"),
        _extended("booleanType", "xs:boolean"),
        f'  <xs:complexType name="nullType"><xs:sequence/>{_KEY}</xs:complexType>\n',
        "</xs:schema>\n",
    )
)
