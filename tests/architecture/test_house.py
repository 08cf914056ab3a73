"""The bars for the code, and the walls that no review should have to watch (design.md sections 1 and 4)."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("portal", "plugins", "geo", "search", "config", "migrations", "bench")
MAX_FILE = 400
MAX_FUNCTION = 50
MAX_VIEW = 15


def sources(*rooms: str) -> Iterator[Path]:
    for room in rooms or ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            if "node_modules" not in path.parts:
                yield path


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_no_file_over_the_bar() -> None:
    long = {
        name(path): n
        for path in sources(*ROOMS, "tests")
        if (n := len(path.read_text("utf-8").splitlines())) > MAX_FILE
    }
    assert long == {}


def test_no_function_over_the_bar() -> None:
    long = [
        f"{name(p)}:{f.lineno} {f.name} {length(f)}"
        for p in sources(*ROOMS, "tests")
        for f in functions(p)
        if length(f) > MAX_FUNCTION
    ]
    assert long == []


def test_every_function_says_what_it_returns() -> None:
    untyped = [f"{name(p)}:{f.lineno} {f.name}" for p in sources() for f in functions(p) if f.returns is None]
    assert untyped == []


def body_length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of the body without its docstring."""
    body = node.body[1:] if ast.get_docstring(node) is not None else node.body
    return (node.end_lineno or 0) - body[0].lineno + 1 if body else 0


def is_route(decorator: ast.expr) -> bool:
    target = decorator.func if isinstance(decorator, ast.Call) else decorator
    return isinstance(target, ast.Attribute) and target.attr in {"route", "get", "post", "put", "delete", "patch"}


def test_views_are_short() -> None:
    long = [
        f"{name(path)}:{node.lineno} {node.name} {body_length(node)}"
        for path in sources("portal", "plugins")
        for node in functions(path)
        if any(is_route(item) for item in node.decorator_list) and body_length(node) > MAX_VIEW
    ]
    assert long == []


@pytest.mark.parametrize("proof", ["Grant", "WorkPass"])
def test_proofs_are_made_in_one_place(proof: str) -> None:
    makers = set()
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                target = node.func
                called = target.id if isinstance(target, ast.Name) else getattr(target, "attr", "")
                if called == proof:
                    makers.add(name(path))
    assert makers == {"portal/access/service.py"}


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {item.name for item in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def test_services_do_not_know_flask() -> None:
    guilty = [
        name(path)
        for path in sources("portal", "plugins")
        if path.name == "service.py" and any(item.split(".")[0].startswith("flask") for item in imports(path))
    ]
    assert guilty == []


def test_import_floors_hold() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_every_folder_says_what_it_is() -> None:
    silent = [
        name(path)
        for path in sources()
        if path.name == "__init__.py" and not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert silent == []


def test_no_word_of_unfinished_work() -> None:
    marks = ("TO" + "DO", "FIX" + "ME", "XX" + "X ", "raise NotImpl" + "emented")
    guilty = [f"{name(p)}: {m}" for p in sources() for m in marks if m in p.read_text(encoding="utf-8")]
    assert guilty == []
