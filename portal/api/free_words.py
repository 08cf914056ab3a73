"""A free `q` as CKAN's own parser (Solr's dismax) takes what is no operator, and a filter with a loose end.

Operators do what they say (AND, OR, NOT, brackets, `-`, wildcards, `~`); around them punctuation is punctuation.
"""

from __future__ import annotations

import re

from search.analysis import tokens
from search.query import And, Boost, Node, Not, Or, Words

_QUOTED = re.compile(r'("(?:[^"\\]|\\.)*")', re.DOTALL)
#: Brackets of ranges need a field; `!` before a word and `?` behind one are how people speak.
_PUNCTUATION = re.compile(r"[\[\]{}]|(?<!\S)!+|(?<=[^\s*?\\])\?+(?!\S)")
_LOOSE_END = re.compile(r"(?:(?<=\s)|^)(?:[-+!]+|AND|OR|NOT|&&|\|\|)\s*$")
_LONE_QUOTE = re.compile(r"(?<!\S)'(?!\S)")
NOTHING = Or(())


def spoken(q: str) -> str:
    """The text without punctuation that no word needs; what stands between quotes stays as it is."""
    if ":" in q or q.lstrip().startswith("{!"):
        return q
    parts = _QUOTED.split(q)
    return "".join(part if place % 2 else _PUNCTUATION.sub(" ", part) for place, part in enumerate(parts))


def without_loose_end(fq: str) -> str:
    """A filter without an operator at its end that has nothing to work on: CKAN puts its own filters behind it."""
    return _LONE_QUOTE.sub(r"\'", _LOOSE_END.sub("", fq.rstrip()))


def found_by(q: str, tree: Node) -> Node:
    """The tree as CKAN finds by it: stars alone and mere exclusions find nothing; of a word that signs divide
    (`kabupaten-kota`, `a/b`) any part is enough, and who has all parts comes first by relevance."""
    if (q.strip() and not spoken(q).strip("* ")) or _excludes_only(tree):
        return NOTHING
    return _divided(tree)


def _excludes_only(tree: Node) -> bool:
    return isinstance(tree, Not) or (
        isinstance(tree, And) and bool(tree.nodes) and all(map(_excludes_only, tree.nodes))
    )


def _divided(tree: Node) -> Node:
    if isinstance(tree, And):
        return And(tuple(map(_divided, tree.nodes)))
    if isinstance(tree, Or):
        return Or(tuple(map(_divided, tree.nodes)))
    if isinstance(tree, Not):
        return Not(_divided(tree.node))
    if isinstance(tree, Boost):
        return Boost(_divided(tree.node), tree.factor)
    return _parted(tree) if isinstance(tree, Words) else tree


def _parted(words: Words) -> Node:
    """Whole words stay one run, so that synonyms of several words are seen."""
    whole: list[str] = []
    divided: list[Node] = []
    for word in words.text.split():
        parts = list(dict.fromkeys(tokens(word)))
        if len(parts) > 1:
            divided.append(Or(tuple(Words(part, words.level) for part in parts)))
        else:
            whole.append(word)
    if not divided:
        return words
    nodes = (*([Words(" ".join(whole), words.level)] if whole else []), *divided)
    return nodes[0] if len(nodes) == 1 else And(nodes)
