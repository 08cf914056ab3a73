"""XML read as a stream, without a document type: no entities, no external files, nothing that grows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.parsers import expat

from geo.errors import BadInputError, bad

_CHUNK = 1 << 18
_DEPTH = 200
_ROOT_WITHIN = 1 << 20
Start = Callable[[str, Mapping[str, str]], None]
End = Callable[[str, str], None]


@dataclass(frozen=True, slots=True)
class Root:
    """The root element: its local name and its attributes with the prefixes that stand in the file."""

    name: str
    attributes: Mapping[str, str]


class _FoundError(Exception):
    """Ends the look for the root element."""


def local(name: str) -> str:
    """A name without its prefix; prefixes that nobody declared are common in KML made by hand."""
    return name.rpartition(":")[2]


def looks_like_xml(head: bytes) -> bool:
    """Whether the first bytes can be XML: UTF-8 or one byte a letter, or UTF-16 with its mark."""
    plain = head.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n")
    return plain.startswith(b"<") or head.startswith((b"\xff\xfe<\x00", b"\xfe\xff\x00<"))


def root_of(path: Path) -> Root:
    """The root element of an XML file. Raises `BadInputError` for a document type and for what isn't XML."""
    found: list[Root] = []

    def start(name: str, attributes: Mapping[str, str]) -> None:
        found.append(Root(local(name), attributes))
        raise _FoundError

    parser = _parser()
    parser.StartElementHandler = start
    with path.open("rb") as stream:
        try:
            parser.Parse(stream.read(_ROOT_WITHIN), False)  # noqa: FBT003 (expat takes it by place only)
        except _FoundError:
            return found[0]
        except (expat.ExpatError, ValueError, LookupError) as failure:
            raise _broken(failure, 0) from None
    raise bad("xml.rusak", "Berkas XML ini tidak memiliki isi.")


def walk(path: Path, start: Start, end: End, count: Callable[[], int]) -> Iterator[None]:
    """Sends the elements of a file to `start(local name, attributes)` and `end(local name, own text)`, pausing
    after each quarter of a megabyte. `count` says how many features were seen, for the message of a cut file.
    Raises `BadInputError` for a document type, elements deeper than 200, and text that isn't well-formed."""
    parser = _parser()
    texts: list[list[str]] = []

    def opened(name: str, attributes: Mapping[str, str]) -> None:
        if len(texts) >= _DEPTH:
            raise bad("xml.terlalu_dalam", "Unsur XML bersusun lebih dari {limit} tingkat.", limit=_DEPTH)
        texts.append([])
        start(local(name), attributes)

    def closed(name: str) -> None:
        end(local(name), "".join(texts.pop()))

    def said(text: str) -> None:
        texts[-1].append(text)

    parser.StartElementHandler = opened
    parser.EndElementHandler = closed
    parser.CharacterDataHandler = said
    with path.open("rb") as stream:
        try:
            while block := stream.read(_CHUNK):
                parser.Parse(block, False)  # noqa: FBT003
                yield
            parser.Parse(b"", True)  # noqa: FBT003
        except (expat.ExpatError, ValueError, LookupError) as failure:
            raise _broken(failure, count()) from None
    yield


def _parser() -> expat.XMLParserType:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    parser.StartDoctypeDeclHandler = _refuse
    return parser


def _refuse(*_declared: object) -> None:
    text = "Berkas XML memuat DOCTYPE atau entitas, yang tidak diterima karena dapat dipakai menyerang pembacanya."
    raise bad("xml.doctype", text)


def _broken(failure: Exception, count: int) -> BadInputError:
    line = getattr(failure, "lineno", 0)
    text = "Berkas XML terpotong atau rusak pada baris {line}, sesudah fitur {count}: {reason}"
    return bad("xml.rusak", text, line=line, count=count, reason=str(failure)[:120])
