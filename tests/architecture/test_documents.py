"""What the documents say is so: the tree, the names of functions, the links, the numbers of the decisions."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ARCHITECTURE = ROOT / "docs" / "architecture.md"
DECISIONS = ROOT / "docs" / "decisions"
ROOMS = ("config", "geo", "search", "portal", "plugins", "migrations", "bench")
DOCUMENTS = sorted(
    [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")]
    + list((ROOT / "docs").rglob("*.md"))
    + list((ROOT / "plugins").glob("*/README.md"))
)


def tree() -> dict[str, str]:
    """Folder and what the page says of it."""
    block = ARCHITECTURE.read_text("utf-8").split("```", 2)[1]
    return dict(re.split(r"/\s+", line, maxsplit=1) for line in block.strip().splitlines())


def packages() -> set[str]:
    """Rooms, and the packages right below them."""
    found = set(ROOMS)
    for room in ROOMS:
        found |= {str(path.parent.relative_to(ROOT)) for path in (ROOT / room).glob("*/__init__.py")}
    return found


def test_the_tree_of_the_page_is_the_tree() -> None:
    told = tree()
    assert [name for name in told if not (ROOT / name).is_dir()] == []
    assert packages() - set(told) == set()
    assert all(told.values())


def test_every_name_that_the_page_tells_is_in_the_code() -> None:
    text = ARCHITECTURE.read_text("utf-8")
    names = set(re.findall(r"`((?:portal|geo|search)(?:\.[A-Za-z_]\w*)+)`", text)) - {
        "portal.contract",
        "portal.kernel",
    }
    assert len(names) > 40
    missing = [name for name in sorted(names) if not resolves(name)]
    assert missing == []


def resolves(dotted: str) -> bool:
    """Whether a dotted name leads to something."""
    parts = dotted.split(".")
    for length in range(len(parts), 0, -1):
        try:
            found: object = importlib.import_module(".".join(parts[:length]))
        except ModuleNotFoundError:
            continue
        for name in parts[length:]:
            if not hasattr(found, name) and name not in getattr(found, "__dataclass_fields__", {}):
                return False
            found = getattr(found, name, None)
        return True
    return False


@pytest.mark.parametrize("page", DOCUMENTS, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.S)
    targets = re.findall(r"\]\(([^)#\s]+)[^)]*\)", text)
    broken = [item for item in targets if "://" not in item and not (page.parent / item).exists()]
    assert broken == []


def test_decisions_are_numbered_once_titled_and_listed() -> None:
    pages = sorted(path for path in DECISIONS.glob("*.md") if path.name != "README.md")
    numbers = [path.name[:4] for path in pages]
    assert all(re.fullmatch(r"\d{4}-[a-z0-9-]+\.md", path.name) for path in pages)
    assert len(set(numbers)) == len(numbers)
    index = (DECISIONS / "README.md").read_text("utf-8")
    assert [path.name for path in pages if f"]({path.name})" not in index] == []
    for path in pages:
        lines = path.read_text("utf-8").splitlines()
        assert lines[0].startswith("# "), path.name
        assert len(lines) <= 80, f"{path.name}: a page, no book"


def test_no_document_names_a_place_of_one_machine() -> None:
    guilty = [str(page) for page in DOCUMENTS if re.search(r"(?<![\w.])/(work|home|root)/", page.read_text("utf-8"))]
    assert guilty == []
