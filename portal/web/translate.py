"""Keep the English catalogue: `python -m portal.web.translate missing|update|add`.

`missing` lists the texts without English; `update` takes new texts in, drops unused ones and compiles;
`add` reads lines `Indonesian<TAB>English` from standard input, then does the same. Plural texts are edited in
the .po file by hand. The .mo file is committed, so that a run needs no build.
"""

import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[2]
ROOMS = ("portal", "plugins")
CATALOGUE = Path(__file__).with_name("translations") / "en" / "LC_MESSAGES" / "messages.po"
_METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2"), ("**/templates/**.txt", "jinja2")]
_OPTIONS = {"**/templates/**.html": {"silent": "false"}}
_KEYWORDS: dict[str, tuple[int, ...] | None] = {
    "_": None, "gettext": None, "lazy_gettext": None, "_l": None, "ngettext": (1, 2), "lazy_ngettext": (1, 2),
}  # fmt: skip
_FIXED = datetime(2026, 11, 24, tzinfo=UTC)  # no dates in the file: they would change with every run

MessageId = str | tuple[str, ...]


def extracted() -> list[MessageId]:
    """Every text marked for translation in the portal and its plugins, sorted, each once."""
    found: set[MessageId] = set()
    for room in ROOMS:
        rows = extract_from_dir(ROOT / room, _METHODS, _OPTIONS, keywords=_KEYWORDS)
        for _, _, message, _, _ in rows:
            text: MessageId = tuple(message) if isinstance(message, tuple | list) else message
            if text and text != ("",):
                found.add(text)
    return sorted(found, key=lambda message: (message if isinstance(message, str) else message[0], str(message)))


def stored() -> Catalog:
    """The catalogue as it stands; empty when there is none yet."""
    if not CATALOGUE.exists():
        return Catalog(locale="en")
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="en")


def known_english(catalogue: Catalog) -> dict[MessageId, str | tuple[str, ...]]:
    """Text to its English, only where there is one."""
    known: dict[MessageId, str | tuple[str, ...]] = {}
    for message in catalogue:
        key: MessageId = message.id if isinstance(message.id, str) else tuple(message.id)
        if isinstance(message.string, str):
            if key and message.string:
                known[key] = message.string
        elif message.string and all(message.string):
            known[key] = tuple(message.string)
    return known


def missing() -> list[MessageId]:
    """Extracted texts without an English translation."""
    known = known_english(stored())
    return [message for message in extracted() if message not in known]


def update(added: Iterable[tuple[str, str]] = ()) -> int:
    """Write the .po file from what is extracted and known, compile the .mo; the count of missing texts."""
    known = known_english(stored())
    known.update(added)
    fresh = Catalog(
        locale="en", project="portal-data-kabupaten", version="1", copyright_holder="portal-data-kabupaten",
        creation_date=_FIXED, revision_date=_FIXED, last_translator="", language_team="", fuzzy=False, charset="utf-8",
    )  # fmt: skip
    lost = 0
    for message in extracted():
        english = known.get(message, ("", "") if isinstance(message, tuple) else "")
        lost += message not in known
        flags = ["python-format"] if "%(" in str(message) else []
        fresh.add(message, english, flags=flags)
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    text, binary = BytesIO(), BytesIO()
    write_po(text, fresh, width=110, no_location=True, omit_header=False)
    write_mo(binary, fresh)
    CATALOGUE.write_bytes(text.getvalue())
    CATALOGUE.with_suffix(".mo").write_bytes(binary.getvalue())
    return lost


def main(arguments: list[str]) -> int:
    """The command; exit status 1 while texts are missing."""
    command = arguments[0] if arguments else "missing"
    if command == "add":
        pairs = [line.rstrip("\n").split("\t", 1) for line in sys.stdin if "\t" in line]
        update((pair[0], pair[1]) for pair in pairs)
    elif command == "update":
        update()
    elif command != "missing":
        sys.stderr.write(f"{__doc__}\n")
        return 2
    lost = missing()
    for message in lost:
        sys.stdout.write(f"{message}\n")
    return 1 if lost else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
