"""Highlights of the rows shown: words of the query are found again in a text by their roots."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from html import escape

from search.analysis import analyzer, fold
from search.query import Fuzzy, Node, Phrase, Prefix, Wildcard, Words, walk

_WORD = re.compile(r"[0-9]+(?:\.[0-9]+)+|[^\W_]+(?:['’][^\W_]+)*")
_LONGEST_TEXT = 20_000


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of the text as it stands, and whether it is to be marked. Not escaped."""

    text: str
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Marker:
    """Roots and beginnings to mark; made once a page by `marker`."""

    stems: frozenset[str]
    starts: tuple[str, ...] = ()
    # words of the texts seen so far: those of one page say much the same
    _seen: dict[str, bool] = field(default_factory=dict, compare=False, repr=False)

    def __bool__(self) -> bool:
        return bool(self.stems or self.starts)

    def marks(self, word: str) -> bool:
        """Whether one word of a text, as it stands, is to be marked."""
        known = self._seen.get(word)
        if known is None:
            folded = fold(word)
            known = folded.startswith(self.starts) or analyzer().stem(folded) in self.stems
            self._seen[word] = known
        return known


def marker(tree: Node, suggestion: str | None = None) -> Marker:
    """What to mark for a query: its words without stop words, their synonyms, and the corrected words."""
    lists = analyzer()
    stems: set[str] = set()
    starts: set[str] = set()
    for node, negated in walk(tree):
        if negated:
            continue
        if isinstance(node, (Words, Phrase)):
            stems.update(_with_synonyms(lists.query_stems(node.text)))
        elif isinstance(node, Fuzzy):
            stems.update(lists.query_stems(node.word))
        elif isinstance(node, Prefix) and node.field is None and len(node.value) > 1:
            starts.add(fold(node.value))
        elif isinstance(node, Wildcard) and node.field is None:
            start = re.split(r"[*?]", node.pattern)[0]
            starts.update({fold(start)} if len(start) > 1 else ())
    stems.update(lists.query_stems(suggestion or ""))
    return Marker(frozenset(stems), tuple(sorted(starts)))


def _with_synonyms(stems: list[str]) -> Iterable[str]:
    """The roots, and those of the other forms of any run of them (dinkes → dinas, sehat)."""
    yield from stems
    table = analyzer().synonyms
    for start in range(len(stems)):
        for end in range(start + 1, len(stems) + 1):
            for other in table.get(tuple(stems[start:end]), ()):
                yield from other


def segments(text: str, wanted: Marker) -> tuple[Segment, ...]:
    """The text in pieces, marked or not; joined they are the text (its first 20,000 characters)."""
    text = text[:_LONGEST_TEXT]
    if not wanted:
        return (Segment(text),) if text else ()
    pieces: list[Segment] = []
    done = 0
    for match in _WORD.finditer(text):
        if wanted.marks(match.group()):
            if match.start() > done:
                pieces.append(Segment(text[done : match.start()]))
            pieces.append(Segment(match.group(), marked=True))
            done = match.end()
    if done < len(text):
        pieces.append(Segment(text[done:]))
    return tuple(pieces)


def snippet(text: str, wanted: Marker, length: int = 220) -> tuple[Segment, ...]:
    """About `length` characters around the first marked word, cut between words, with … where text is left out."""
    text = " ".join(text[:_LONGEST_TEXT].split())
    if len(text) <= length:
        return segments(text, wanted)
    first = next((match.start() for match in _WORD.finditer(text) if wanted and wanted.marks(match.group())), 0)
    start = max(0, min(first - length // 3, len(text) - length))
    if start:
        start = text.find(" ", start) + 1 or start
    end = min(len(text), start + length)
    if end < len(text):
        end = max(text.rfind(" ", start, end), start + 1)
    cut = ("… " if start else "") + text[start:end] + (" …" if end < len(text) else "")
    return segments(cut, wanted)


class SafeHtml(str):
    """HTML that is escaped already; templates leave it as it is."""

    __slots__ = ()

    def __html__(self) -> str:
        return str(self)


def marked_html(pieces: Iterable[Segment]) -> SafeHtml:
    """Safe HTML of the pieces: everything escaped, marked ones inside `<mark>`."""
    return SafeHtml(
        "".join(f"<mark>{escape(piece.text)}</mark>" if piece.marked else escape(piece.text) for piece in pieces)
    )
