"""The second look: words become their corrections and beginnings, and of many words some may be missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from search.analysis import analyzer, tokens
from search.query import And, AtLeast, Boost, Node, Not, Or, Prefix, SearchQuery, Words, walk

#: Unknown word → known words near to it, best first.
Corrections = Mapping[str, tuple[str, ...]]
MOST_CORRECTIONS = 3
MOST_ASKED = 16


def unknown_words(query: SearchQuery) -> list[str]:
    """The words of the tree that might be mistyped: free, not under Not, four letters or more, no figures."""
    found: dict[str, None] = {}
    for node, negated in walk(query.tree):
        if isinstance(node, Words) and not negated:
            found.update(dict.fromkeys(correctable(analyzer().query_words(node.text))))
    return list(found)[:MOST_ASKED]


def correctable(words: Iterable[str]) -> list[str]:
    """Those of the folded words that a correction could concern."""
    return [word for word in words if len(word) >= 4 and word.isalpha() and word not in analyzer().stops]


def has_words(node: Node) -> bool:
    """Whether a second look could find more than the first."""
    return any(isinstance(part, Words) and not negated for part, negated in walk(node))


def choose(word: str, candidates: Iterable[tuple[str, int]]) -> tuple[str, ...]:
    """The nearest of (word, number of documents): one edit for up to five letters, two beyond, as Lucene does.

    Words of the same root are no correction. Equal distances go by the number of documents.
    """
    allowed = 1 if len(word) <= 5 else 2
    lists = analyzer()
    near = []
    for candidate, documents in candidates:
        distance = edits(word, candidate, allowed)
        if 0 < distance <= allowed and lists.stem(candidate) != lists.stem(word):
            near.append((distance, -documents, candidate))
    near.sort()
    return tuple(item[2] for item in near if item[0] == near[0][0])[:MOST_CORRECTIONS]


def edits(one: str, other: str, most: int) -> int:
    """Damerau-Levenshtein distance (insert, delete, replace, swap neighbours), or `most` + 1 when beyond."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, left in enumerate(one, 1):
        previous, row_before = row, before
        row = [i]
        for j, right in enumerate(other, 1):
            cost = min(previous[j] + 1, row[j - 1] + 1, previous[j - 1] + (left != right))
            if i > 1 and j > 1 and left == other[j - 2] and one[i - 2] == right:
                cost = min(cost, row_before[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
        before = previous
    return row[-1]


def corrected(text: str, corrections: Corrections) -> str | None:
    """The words with each unknown one replaced by its best correction; None when nothing changes."""
    words = tokens(text)
    better = [corrections[word][0] if corrections.get(word) else word for word in words]
    return None if better == words else " ".join(better)


def query_text(query: SearchQuery) -> str:
    """The free words of the tree, not those under Not, in order."""
    return " ".join(node.text for node, negated in walk(query.tree) if isinstance(node, Words) and not negated)


def relaxed(node: Node, corrections: Corrections) -> Node:
    """The tree with its free words forgiven; filters, phrases and what stands under Not are kept as they are.

    Up to two words all stay required, of three to five one may be missing, of more two.
    """
    if isinstance(node, Words):
        return _words(node, corrections)
    if isinstance(node, (And, Or)):
        return type(node)(tuple(relaxed(child, corrections) for child in node.nodes))
    if isinstance(node, AtLeast):
        return AtLeast(node.count, tuple(relaxed(child, corrections) for child in node.nodes))
    if isinstance(node, Boost):
        return Boost(relaxed(node.node, corrections), node.factor)
    if isinstance(node, Not):
        return node
    return node


def _words(node: Words, corrections: Corrections) -> Node:
    parts = tuple(_word(word, node.level, corrections.get(word, ())) for word in analyzer().query_words(node.text))
    if len(parts) == 1:
        return parts[0]
    if len(parts) <= 2:
        return And(parts)
    return AtLeast(len(parts) - (1 if len(parts) <= 5 else 2), parts)


def _word(word: str, level: str | None, corrections: tuple[str, ...]) -> Node:
    choices: list[Node] = [Words(word, level), *(Words(better, level) for better in corrections)]
    if len(word) >= 3 and word.isalpha():
        choices.append(Boost(Prefix(None, word, level), 0.5))
    return choices[0] if len(choices) == 1 else Or(tuple(choices))
