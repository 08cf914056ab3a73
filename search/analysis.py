"""Indonesian analysis, the same for every engine: fold, cut into words, stem, stop words, synonyms."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from importlib.resources import files
from typing import Protocol

from search.documents import Analysed, SearchDocument

#: Raise it when the rules below change: documents analysed by other rules are analysed again.
RULES = 1
_WORD = re.compile(r"[0-9]+(?:\.[0-9]+)+|[^\W_]+")
_APOSTROPHE = re.compile(r"(?<=\w)['’ʼ`´](?=\w)")
_CODE = re.compile(r"[0-9]{2}(?:\.[0-9]{2}){1,2}(?:\.[0-9]{4})?")
LONGEST_WORD = 60
#: Bound on the words of one level, against a description of megabytes.
MOST_WORDS = 5_000
#: A query of more words is cut: nobody types them, and each costs a look into the index.
MOST_QUERY_WORDS = 32


class _Stemmer(Protocol):
    def stem(self, text: str) -> str: ...


@cache
def _sastrawi() -> _Stemmer:
    """Sastrawi's stemmer; made once a process, since it reads a dictionary of 30,000 words."""
    from Sastrawi.Dictionary.ArrayDictionary import ArrayDictionary
    from Sastrawi.Stemmer.Stemmer import Stemmer
    from Sastrawi.Stemmer.StemmerFactory import StemmerFactory

    stemmer: _Stemmer = Stemmer(ArrayDictionary(StemmerFactory().get_words()))
    return stemmer


@lru_cache(maxsize=100_000)
def _stem(word: str) -> str:
    """Root of one folded word. Figures, codes, and words too short or too long to be inflected stay as is."""
    if len(word) < 4 or len(word) > 40 or not word.isascii() or not word.isalpha():
        return word
    return _sastrawi().stem(word) or word


def fold(text: str) -> str:
    """Lower case without accents; apostrophes inside words fall away (jum'at → jumat)."""
    plain = text[:200_000].lower()
    if not plain.isascii():
        plain = unicodedata.normalize("NFKD", plain)
        plain = "".join(char for char in plain if not unicodedata.combining(char)).lower()
    return _APOSTROPHE.sub("", plain)


def tokens(text: str) -> list[str]:
    """Folded words in order. Codes with dots (33.29.01) stay whole; hyphens and other signs separate."""
    return [word[:LONGEST_WORD] for word in _WORD.findall(fold(text))[:MOST_WORDS]]


@dataclass(frozen=True)
class Analyzer:
    """Word lists and what is done with them; `version` changes with the lists and the rules.

    `synonyms` leads from a form's roots to those of the other forms; `firsts` are the first words of the forms.
    """

    stops: frozenset[str]
    roots: dict[str, str]
    synonyms: dict[tuple[str, ...], tuple[tuple[str, ...], ...]]
    version: str
    firsts: frozenset[str] = frozenset()

    def stem(self, word: str) -> str:
        """Root of one folded word; the list of exceptions goes before the stemmer."""
        return self.roots.get(word) or _stem(word)

    def stems(self, text: str) -> list[str]:
        """Roots of every word of the text, in order."""
        return [self.stem(word) for word in tokens(text)]

    def query_words(self, text: str) -> list[str]:
        """Distinct folded words of a query without stop words (with them when there is nothing else)."""
        words = list(dict.fromkeys(tokens(text)))
        return ([word for word in words if word not in self.stops] or words)[:MOST_QUERY_WORDS]

    def query_stems(self, text: str) -> list[str]:
        """Distinct roots of a query without stop words (with them when there is nothing else)."""
        return list(dict.fromkeys(self.stem(word) for word in self.query_words(text)))

    def analyse(self, document: SearchDocument) -> SearchDocument:
        """The document with `terms`, `surface` and `analysis` filled; it costs milliseconds, so do it once."""
        levels = {
            "title": (document.title,),
            "labels": (*document.tags, *document.columns),
            "names": _names(document),
            "notes": (document.notes,),
        }
        surface = {level: tuple(map(tokens, texts)) for level, texts in levels.items()}
        return replace(
            document,
            terms=Analysed(**{level: self._segments(words) for level, words in surface.items()}),
            surface=Analysed(
                **{level: tuple(" ".join(words) for words in texts if words) for level, texts in surface.items()}
            ),
            analysis=self.version,
        )

    def _segments(self, texts: Iterable[Sequence[str]]) -> tuple[str, ...]:
        """Roots of each text, then what the synonyms add, each as a segment of its own."""
        plain = [[self.stem(word) for word in words] for words in texts if words]
        added = dict.fromkeys(extra for stems in plain for extra in self._added(stems))
        return (*(" ".join(stems) for stems in plain), *added)

    def _added(self, stems: Sequence[str]) -> Iterable[str]:
        for start, first in enumerate(stems):
            if "." in first and _CODE.fullmatch(first):
                yield first.replace(".", "")
            if first not in self.firsts:
                continue
            for length in range(1, min(_LONGEST_SYNONYM, len(stems) - start) + 1):
                for other in self.synonyms.get(tuple(stems[start : start + length]), ()):
                    yield " ".join(other)


_LONGEST_SYNONYM = 9


def _names(document: SearchDocument) -> tuple[str, ...]:
    """Agency, groups, places, codes, formats, people and whatever else a citizen may type."""
    organization = (document.organization.title,) if document.organization else ()
    coded = (document.data_type, document.level, document.license, *document.kinds)
    return (
        *organization,
        *(group.title for group in document.groups),
        *document.region_names,
        *document.region_codes,
        *document.formats,
        *(str(year) for year in document.years),
        *(item.label for item in coded if item),
        *(value for values in document.extras.values() for value in values),
        document.name,
    )


def _lines(text: str) -> list[str]:
    return [line for raw in text.splitlines() if (line := raw.partition("#")[0].strip())]


def read_analyzer(stops: str, roots: str, synonyms: str) -> Analyzer:
    """Make an analyzer from the text of the three lists (see the heads of the files in config/search).

    Raises ValueError for a line that is no list of synonyms or no pair of word and root.
    """
    pairs = {}
    for line in _lines(roots):
        word, equals, root = (part.strip() for part in line.partition("="))
        if not (word and equals and root):
            raise ValueError(f"a line of the roots is not 'word = root': {line}")
        pairs[fold(word)] = fold(root)
    stopped = frozenset(word for line in _lines(stops) for word in tokens(line))
    marks = "\x00".join((str(RULES), stops, roots, synonyms)).encode()
    bare = Analyzer(stopped, pairs, {}, hashlib.sha256(marks).hexdigest()[:12])
    table: dict[tuple[str, ...], tuple[tuple[str, ...], ...]] = {}
    for line in _lines(synonyms):
        forms = [tuple(bare.stems(form)) for form in line.split(",")]
        if len(forms) < 2 or not all(forms) or max(map(len, forms)) > _LONGEST_SYNONYM:
            raise ValueError(f"a line of the synonyms holds no two forms: {line}")
        for form in forms:
            others = tuple(other for other in forms if other != form)
            table[form] = tuple(dict.fromkeys((*table.get(form, ()), *others)))
    return replace(bare, synonyms=table, firsts=frozenset(form[0] for form in table))


@cache
def analyzer() -> Analyzer:
    """The analyzer of the lists in config/search, read once a process."""
    folder = files("config").joinpath("search")
    stops, roots, synonyms = (
        folder.joinpath(name).read_text("utf-8") for name in ("henti.txt", "kata_dasar.txt", "sinonim.txt")
    )
    return read_analyzer(stops, roots, synonyms)


def analysed(document: SearchDocument) -> SearchDocument:
    """The document with its words, computed only when they are absent or from other lists."""
    lists = analyzer()
    return document if document.analysis == lists.version else lists.analyse(document)
