"""A visitor of the public side: asks, remembers what came back, follows links, and asks twice to compare."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from html import unescape
from itertools import product
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urljoin, urlsplit
from uuid import uuid4

from flask import Flask
from werkzeug.routing import Rule

from geo.tiles.grid import tile_at
from tests.functional.traces import decoded, found_in
from tests.functional.world import POINT, SITE, Secret
from tests.support import StatementLog, counted_statements

LINK = re.compile(
    rb"""(?:href|src|action|content|data-[a-z-]+)=["']([^"'<>\s]+)["']|(http://127\.0\.0\.1:8000[^\s"'<>\\]*)"""
)
#: Pages of one shape (same path but for ids, same parameters) that are followed; facets and pages would be endless.
SAME_SHAPE = 4
ZOOMS = range(19)
#: Headers that say when or where, not what.
PASSING = {"Date", "Server"}


@dataclass(frozen=True)
class Answer:
    """What came back: body without its content encoding, statements that it cost."""

    path: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    statements: int

    @property
    def head(self) -> bytes:
        """Status and headers as bytes."""
        lines = "\n".join(f"{name}: {value}" for name, value in self.headers)
        return f"{self.status}\n{lines}".encode()

    def holds(self, words: Iterable[str], binary: Iterable[bytes] = ()) -> set[str]:
        """The words that stand in body or headers."""
        return found_in(self.head + b"\n" + self.body, words) | found_in(self.body, words, binary)


@dataclass
class Visitor:
    """Asks an application as a browser does. Every answer under 500, whatever is asked."""

    app: Flask
    headers: dict[str, str] = field(default_factory=dict)
    asked: int = 0

    def ask(self, path: str, *, method: str = "GET", **more: Any) -> Answer:
        """One request; the encoding changes from one to the next, so that each is met."""
        encoding = ("identity", "gzip", "br")[self.asked // 2 % 3]
        self.asked += 1
        client = self.app.test_client(use_cookies=False)
        headers = {"Accept-Encoding": encoding, **self.headers, **more.pop("headers", {})}
        with counted_statements() as log:
            got = client.open(path, method=method, headers=headers, base_url=SITE, **more)
            raw = got.get_data()
        assert got.status_code < 500, (method, path, more, raw[:400])
        body = decoded(raw, got.headers.get("Content-Encoding", ""))
        kept = tuple((name, value) for name, value in got.headers.items() if name not in PASSING)
        got.close()
        return Answer(path, got.status_code, kept, body, cost(log))

    def both(self, one: str, two: str, **more: Any) -> tuple[Answer, Answer]:
        """Two addresses under the same encoding, to be compared."""
        self.asked += self.asked % 2
        return self.ask(one, **more), self.ask(two, **more)

    def crawl(self, start: Sequence[str] = ("/", "/?lang=en"), most: int = 700) -> dict[str, Answer]:
        """Every address that links lead to; path → answer."""
        waiting, seen, shapes = deque(start), set(start), dict[str, int]()
        found: dict[str, Answer] = {}
        while waiting and len(found) < most:
            path = waiting.popleft()
            found[path] = self.ask(path)
            for link in links(found[path]):
                kind = shape(link)
                if link in seen or shapes.get(kind, 0) >= SAME_SHAPE:
                    continue
                seen.add(link)
                shapes[kind] = shapes.get(kind, 0) + 1
                waiting.append(link)
        return found


def cost(log: StatementLog) -> int:
    """Statements of a request; tallies of use are written once a minute from a thread of their own."""
    return sum("inbox.usage" not in text and "READ WRITE" not in text for text in log.texts)


def links(answer: Answer) -> Iterator[str]:
    """Addresses of ours in an answer (HTML, XML, JSON), also where its Location leads."""
    places = [unescape((one or other).decode("utf-8", "replace")) for one, other in LINK.findall(answer.body)]
    places += [value for name, value in answer.headers if name == "Location"]
    for place in places:
        parts = urlsplit(urljoin(SITE + answer.path, place))
        if f"{parts.scheme}://{parts.netloc}" == SITE and "{" not in place and "%7B" not in place:
            yield parts.path + (f"?{parts.query}" if parts.query else "")


def shape(path: str) -> str:
    """What addresses of one kind have in common."""
    parts = urlsplit(path)
    names = ",".join(sorted({name for name, _ in parse_qsl(parts.query, keep_blank_values=True)}))
    if parts.path.startswith(("/dataset/", "/organization/", "/group/", "/wilayah/", "/aset/")):
        return "/".join(part if number != 2 else "*" for number, part in enumerate(parts.path.split("/"))) + names
    return re.sub(r"[0-9a-f]{8}[0-9a-f-]{24,}|\d+", "*", parts.path) + "?" + names


def twin_word(word: str) -> str:
    """A word of the same letters that stands nowhere: what the secret one must be indistinguishable from."""
    return word[::-1]


def twin(secret: Secret) -> Secret:
    """A dataset that never was, with ids, names and hashes of the same shapes."""

    def reverse(text: str, words: Sequence[str]) -> str:
        for word in words:
            text = text.replace(word, twin_word(word))
        return text

    uuids = {item: uuid4() for item in (secret.dataset_id, *secret.resource_ids)}
    handles = [
        next(name.replace(old.hex, new.hex) for old, new in uuids.items() if old.hex in name) for name in secret.tables
    ]
    return Secret(
        name=reverse(secret.name, secret.words),
        dataset_id=uuids[secret.dataset_id],
        resource_ids=tuple(uuids[item] for item in secret.resource_ids),
        words=tuple(twin_word(word) for word in secret.words),
        sha256=tuple(item[::-1] for item in secret.sha256),
        tables=tuple(handles),
        filenames=tuple(reverse(item, secret.words) for item in secret.filenames),
    )


def identifiers(secret: Secret) -> tuple[str, ...]:
    """Everything by which somebody may ask for the dataset, in an order that twins share."""
    uuids = (secret.dataset_id, *secret.resource_ids)
    return (
        *(str(item) for item in uuids), *(item.hex for item in uuids), secret.name, *secret.tables,
        *(f"{item}_ubin" for item in secret.tables), *secret.sha256, *secret.filenames,
    )  # fmt: skip


def guesses(rule: Rule, secret: Secret) -> list[str]:
    """Addresses of one rule made of the secret's ids, in an order that twins share."""
    texts = identifiers(secret)
    natural: dict[str, tuple[str, ...]] = {
        "dataset_id": (str(secret.dataset_id), secret.name),
        "resource_id": (*(str(item) for item in secret.resource_ids), str(secret.dataset_id), *secret.tables),
        "sha256": secret.sha256,
        "filename": secret.filenames,
    }
    tiles = [tile_at(*POINT, zoom) for zoom in ZOOMS]
    if {"z", "x", "y"} <= rule.arguments:
        return [
            _fill(rule, {"resource_id": str(item), "version": "1", "z": str(t.z), "x": str(t.x), "y": str(t.y)})
            for item in secret.resource_ids
            for t in tiles
        ]
    names = sorted(set(rule.arguments) & set(rule._converters))  # the others are fixed by the route
    numbers = {name for name in names if type(rule._converters[name]).__name__ == "IntegerConverter"}
    choices = [("1",) if name in numbers else natural.get(name, texts) for name in names]
    return [_fill(rule, dict(zip(names, values, strict=True))) for values in product(*choices)]


def _fill(rule: Rule, values: dict[str, str]) -> str:
    return re.sub(r"<(?:[^:<>]+:)?(\w+)>", lambda match: quote(values[match[1]], safe=""), rule.rule)


def masked(answer: Answer, tokens: Iterable[str]) -> tuple[int, tuple[tuple[str, str], ...], bytes, int]:
    """An answer with what was asked for blotted out, to be compared with its twin's.

    Where the question is repeated in the body, ETag and compressed length differ by that alone and are left out.
    A dump's ETag, and that of a view's CSV, is made of the question.
    What `/health` costs depends on when it was asked last.
    """
    names = sorted(
        {form for token in tokens for form in (token, quote(token, safe=""), quote(token))}, key=len, reverse=True
    )
    pattern = re.compile("|".join(re.escape(name) for name in names), re.IGNORECASE)
    body, echoed = pattern.subn("§", answer.body.decode("latin-1"))
    whole = answer.path.startswith("/datastore/dump/") or "/tampilan.csv" in answer.path
    passing = {"ETag", "Content-Length"} if echoed or whole else set()
    headers = tuple((name, pattern.sub("§", value)) for name, value in answer.headers if name not in passing)
    cost = 0 if answer.path.startswith("/health") else answer.statements
    return answer.status, headers, body.encode(), cost


def query(path: str, **values: str) -> str:
    """A path with a query."""
    return f"{path}?{urlencode(values)}"


TOKEN = re.compile(rb'(name="csrf_token"[^>]*value="|name="csrf-token" content=")[^"]*')


def masked_body(body: bytes, tokens: Iterable[str]) -> bytes:
    """A page without the ids that were asked for and without the form token of its session."""
    for token in sorted(tokens, key=len, reverse=True):
        body = body.replace(token.encode(), "§".encode())
    return TOKEN.sub(rb"\1", body)
