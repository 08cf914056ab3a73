"""Notes written in Markdown to clean HTML: parsed without raw HTML, then cut to an allow list."""

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

MAX_CHARS = 100_000
_TAGS = {
    "p", "br", "em", "strong", "del", "code", "pre", "blockquote", "ul", "ol", "li", "a", "hr",
    "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
_ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
_SCHEMES = {"http", "https", "mailto", "tel"}
_PARSER = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable(["table", "strikethrough"])


def to_html(text: str | None) -> Markup:
    """Markdown to safe HTML. Headings sink by two levels, so that a page keeps one h1 and its own h2.

    Pictures, scripts, styles and raw HTML never pass. Text beyond 100,000 characters is cut.
    """
    tokens = _PARSER.parse((text or "")[:MAX_CHARS])
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(int(token.tag[1]) + 2, 6)}"
        elif token.type in {"th_open", "td_open"}:
            token.attrs = {}  # alignment comes as a style attribute, which the CSP forbids
    html = _PARSER.renderer.render(tokens, _PARSER.options, {})
    clean = nh3.clean(html, tags=_TAGS, attributes=_ATTRIBUTES, url_schemes=_SCHEMES, link_rel="nofollow noopener ugc")
    return Markup(clean)  # noqa: S704 (cleaned by nh3 the line above)


def to_text(text: str | None, limit: int = 200) -> str:
    """The plain words of a note, for cards and meta descriptions, cut at a word with an ellipsis."""
    tokens = _PARSER.parse((text or "")[:MAX_CHARS])
    blocks = [token.children or [] for token in tokens if token.type == "inline"]
    lines = (
        "".join(child.content if child.type in {"text", "code_inline"} else _gap(child.type) for child in block)
        for block in blocks
    )
    words = " ".join(" ".join(lines).split())
    if len(words) <= limit:
        return words
    cut = words[: limit - 1]
    head = cut.rsplit(" ", 1)[0] if " " in cut else cut
    return head.rstrip(" ,;:") + "…"


def _gap(kind: str) -> str:
    return " " if kind in {"softbreak", "hardbreak"} else ""
