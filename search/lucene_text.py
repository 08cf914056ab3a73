"""The pass over the text of a query before the parser: operators in signs, limits, what is refused outright."""

from __future__ import annotations

from search.errors import QuerySyntaxError

LONGEST = 16_000
DEEPEST = 8
MOST_CLAUSES = 1_024


def refuse_local_params(text: str) -> None:
    """Solr's `{!parser …}` chooses another parser and reaches other queries: never. Raises QuerySyntaxError."""
    if text.lstrip().startswith("{!"):
        raise QuerySyntaxError("parameter lokal Solr tidak didukung")


def prepared(text: str) -> str:
    """The text with `&&`, `||` and `!` as words, outside quotes and escapes.

    Raises QuerySyntaxError when it is longer than 16,000 characters, nested deeper than 8 brackets, or holds
    more than 1,024 words.
    """
    if len(text) > LONGEST or text.count(" ") > 4 * MOST_CLAUSES:
        raise QuerySyntaxError("kueri terlalu panjang")
    out: list[str] = []
    quoted, depth, place = False, 0, 0
    while place < len(text):
        char = text[place]
        if char == "\\":
            out.append(text[place : place + 2])
            place += 2
            continue
        if char == '"':
            quoted = not quoted
        elif not quoted:
            depth += (char == "(") - (char == ")")
            if depth > DEEPEST:
                raise QuerySyntaxError("kueri terlalu dalam")
            char, step = _operator(text, place, char)
            place += step
        out.append(" " if ord(char[0]) < 32 else char)
        place += 1
    return "".join(out)


def _operator(text: str, place: int, char: str) -> tuple[str, int]:
    """The word for an operator at this place, and how many further characters it takes."""
    pair = text[place : place + 2]
    if pair == "&&":
        return " AND ", 1
    if pair == "||":
        return " OR ", 1
    begins = place == 0 or text[place - 1] in " \t\n(+-!&|"
    if char == "!" and begins:
        return " NOT ", 0
    return char, 0


def plain(text: str) -> str:
    """The words of a text that is no query: its operators fall away."""
    words = text[:2_000].replace("&&", " ").replace("||", " ").split()
    return " ".join(word for word in words if word not in ("AND", "OR", "NOT"))
