"""What every plugin must keep, inside this repository and outside: inherit `PluginContract` and name the package.

    class TestContract(PluginContract):
        package = "plugins.statistics"

The fixture `site` (tests/plugins/conftest.py) is a portal with released data; the plugin's kinds are shown on it.
"""

from __future__ import annotations

import ast
import dataclasses
import importlib
import inspect
import re
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar
from uuid import uuid4

import pytest
from flask import Blueprint, Flask
from werkzeug.routing import Rule

from portal.contract import loader
from portal.contract.loader import PluginError
from portal.contract.pages import render
from portal.contract.plugin import Kind, Panel, Plugin
from portal.contract.protocols import ResourceView
from portal.kernel.permissions import TABLE, Row
from tests.plugins.site import Site

#: What a plugin may import of the house (I10); everything else it must ask of `portal.contract`.
FLOORS = ("portal.contract", "portal.kernel", "geo", "search")
HOUSE = ("portal", "geo", "search", "config", "plugins", "migrations", "bench", "tests")
AUDIENCES = {"public", "office"}
SAFE = {"GET", "HEAD", "OPTIONS"}
MAX_VIEW = 15
#: An address part of each converter that names nothing.
NOTHING: dict[str, Any] = {"IntegerConverter": 0, "FloatConverter": 0.5, "UUIDConverter": uuid4()}


class PluginContract:
    """The contract; `package` is the importable folder that holds `plugin.py`."""

    package: ClassVar[str]

    @pytest.fixture
    def module(self) -> ModuleType:
        return importlib.import_module(f"{self.package}.plugin")

    @pytest.fixture
    def plugin(self, module: ModuleType) -> Plugin:
        manifest = module.PLUGIN
        assert isinstance(manifest, Plugin)
        return manifest

    @pytest.fixture
    def folder(self, module: ModuleType) -> Path:
        assert module.__file__ is not None
        return Path(module.__file__).parent

    # --- the manifest

    def test_the_manifest_is_frozen_and_complete(self, plugin: Plugin) -> None:
        assert plugin.label
        assert re.fullmatch(r"\d+\.\d+(\.\d+)?", plugin.version)
        for item in dataclasses.fields(plugin):
            with pytest.raises(dataclasses.FrozenInstanceError):
                setattr(plugin, item.name, None)
        for name in ("kinds", "blueprints", "facets", "jobs", "cli"):
            assert isinstance(getattr(plugin, name), tuple), f"{name} could be changed while the portal runs"
        parts = [*plugin.kinds, *plugin.blueprints, *plugin.facets, *plugin.jobs]
        assert all(type(part).__dataclass_params__.frozen for part in parts)

    def test_it_is_found_by_its_entry_point(self, plugin: Plugin) -> None:
        assert plugin in loader.discover()

    def test_names_stay_in_its_own_name_space(self, plugin: Plugin, folder: Path) -> None:
        assert folder.name == plugin.name
        assert all(name.startswith(f"{plugin.name}:") for name in plugin.permissions)
        assert all(job.name.startswith(f"{plugin.name}.") for job in plugin.jobs)
        with pytest.raises(ValueError, match="begin with"):
            dataclasses.replace(plugin, permissions={"dataset:lihat": ()})
        for listed in folder.glob("templates/*"):
            assert listed.name == plugin.name, f"{listed.name} could stand before a template of another room"

    def test_every_field_adds_and_none_replaces(self, plugin: Plugin) -> None:
        others = [item for item in loader.discover() if item.name != plugin.name]
        assert loader.check([*others, plugin])
        with pytest.raises(PluginError, match=re.escape(plugin.name)):
            loader.check([plugin, plugin])
        for rival in self.rivals(plugin):
            with pytest.raises(PluginError, match="dipakai oleh"):
                loader.check([plugin, rival])

    @staticmethod
    def rivals(plugin: Plugin) -> Iterator[Plugin]:
        """Plugins that claim what this one claims, one claim each."""
        for kind in plugin.kinds:
            yield Plugin(name="pesaing", label="Pesaing", version="1.0", kinds=(Kind(kind.name, "x", kind.panels),))
        for facet in plugin.facets:
            yield Plugin(name="pesaing", label="Pesaing", version="1.0", facets=(facet,))

    def test_its_permissions_have_rows_of_their_own(self, plugin: Plugin) -> None:
        for name, rows in plugin.permissions.items():
            assert name not in {item.value for item in TABLE}
            assert all(isinstance(row, Row) for row in rows)

    # --- the folder

    def test_it_imports_the_allowed_floors_only(self, folder: Path) -> None:
        guilty = []
        for path in sorted(folder.rglob("*.py")):
            for name in imported(path):
                top = name.split(".")[0]
                allowed = any(name == floor or name.startswith(f"{floor}.") for floor in (*FLOORS, self.package))
                if top in HOUSE and not allowed:
                    guilty.append(f"{path.name}: {name}")
        assert guilty == []

    def test_it_says_what_it_is(self, plugin: Plugin, folder: Path) -> None:
        text = (folder / "README.md").read_text(encoding="utf-8")
        assert text.startswith("# ")
        for name in [kind.name for kind in plugin.kinds] + [item.name for item in plugin.facets]:
            assert name in text, f"README.md says nothing of {name}"
        for item in plugin.blueprints:
            for rule in routes(bare(item.make())):
                assert f"`{spoken(rule)}`" in text, f"README.md says nothing of {spoken(rule)}"

    def test_its_migrations_are_a_folder_with_revisions(self, plugin: Plugin) -> None:
        if plugin.migrations is not None:
            assert any((plugin.migrations / kind / "versions").is_dir() for kind in ("public", "office"))
            assert plugin.migrations.parts[-2:] == ("plugins", plugin.name)

    def test_templates_hold_no_inline_style_script_or_unescaped_text(self, folder: Path) -> None:
        for path in sorted(folder.glob("templates/**/*.html")):
            text = path.read_text(encoding="utf-8")
            assert not re.search(r"<script|<style|\sstyle=|\son[a-z]+=|\|\s*safe\b", text), path.name

    def test_templates_are_found_and_compile(self, plugin: Plugin, folder: Path, site: Site) -> None:
        public = any("public" in item.audiences for item in plugin.blueprints)
        for path in sorted(folder.glob("templates/**/*.html")):
            name = str(path.relative_to(folder / "templates"))
            if public:
                assert site.app.jinja_env.get_template(name).filename == str(path)
            else:  # the office's alone: its blueprint brings the folder, and the text is good
                assert [item.make().template_folder for item in plugin.blueprints] == [str(folder / "templates")]
                assert site.app.jinja_env.compile(path.read_text(encoding="utf-8"), name, str(path))

    # --- routes

    def test_blueprints_register_on_a_bare_application(self, plugin: Plugin) -> None:
        for item in plugin.blueprints:
            assert item.audiences
            assert set(item.audiences) <= AUDIENCES
            made = item.make()
            assert made.name == plugin.name or made.name.startswith(f"{plugin.name}_")
            assert item.make() is not made, "one blueprint cannot serve two applications"
            assert routes(bare(made))

    def test_the_public_side_only_reads(self, plugin: Plugin) -> None:
        for rule in self.public_routes(plugin):
            assert (rule.methods or set()) <= SAFE, rule.rule

    def test_views_are_short(self, plugin: Plugin) -> None:
        views = {
            view.__name__: view for item in plugin.blueprints for view in bare(item.make()).view_functions.values()
        }
        long = {name: size for name, view in views.items() if (size := body_lines(view)) > MAX_VIEW}
        assert long == {}

    def test_unknown_ids_are_404(self, plugin: Plugin, site: Site) -> None:
        client = site.app.test_client()
        for rule in self.public_routes(plugin):
            for word in (str(uuid4()), "tidak-ada", "%00", "..%2f..%2fetc%2fpasswd", "'--"):
                answer = client.get(address(rule, word))
                assert answer.status_code in {404, 308}, f"{address(rule, word)}: {answer.status_code}"
                assert b"Traceback" not in answer.data

    def test_reading_changes_nothing(self, plugin: Plugin, site: Site) -> None:
        client = site.app.test_client()
        for rule in self.public_routes(plugin):
            for method in ("POST", "PUT", "PATCH", "DELETE"):
                assert client.open(address(rule, str(uuid4())), method=method).status_code == 405, rule.rule

    @staticmethod
    def public_routes(plugin: Plugin) -> list[Rule]:
        found = []
        for item in plugin.blueprints:
            if "public" in item.audiences:
                found += routes(bare(item.make()))
        return found

    # --- kinds

    def test_kinds_give_panels_that_render(self, plugin: Plugin, site: Site) -> None:
        for kind in plugin.kinds:
            resource = site.shown[kind.name]
            assert resource.kind == kind.name
            with site.app.test_request_context():
                panels = kind.panels(resource)
                assert panels, f"released data of kind {kind.name} shows nothing"
                assert len({panel.id for panel in panels}) == len(panels)
                assert len({panel.order for panel in panels}) == len(panels), "the order of tabs would be chance"
                for panel in panels:
                    self.check_panel(plugin, site, resource, panel)

    @staticmethod
    def check_panel(plugin: Plugin, site: Site, resource: ResourceView, panel: Panel) -> None:
        """One panel: its template is the plugin's own, it renders, its own page answers."""
        assert panel.template.startswith(f"{plugin.name}/")
        assert re.fullmatch(r"[a-z][a-z0-9-]*", panel.id), "an id of the page"
        assert panel.title
        text = render(panel.template, resource=resource, panel=panel, data=panel.context)
        assert text.strip()
        assert not re.search(r"\sstyle=|<script|\bNone\b", text)
        assert "<h1" not in text, "the page has its own"
        if panel.address:
            assert site.app.test_client().get(panel.address).status_code == 200, panel.address

    def test_kinds_show_nothing_of_what_has_no_content(self, plugin: Plugin, site: Site) -> None:
        for kind in plugin.kinds:
            empty = dataclasses.replace(site.shown[kind.name], table=None, layer=None, columns=(), row_count=None)
            with site.app.test_request_context():
                assert list(kind.panels(empty)) == []


def imported(path: Path) -> set[str]:
    """Full names of what a file imports; `from a import b` counts as `a.b` and so as `a`."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {item.name for item in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found |= {f"{node.module}.{item.name}" for item in node.names}
    return found


def bare(blueprint: Blueprint) -> Flask:
    """An application with nothing but the blueprint."""
    app = Flask("polos", static_folder=None)
    app.register_blueprint(blueprint)
    return app


def routes(app: Flask) -> list[Rule]:
    """Every rule."""
    return list(app.url_map.iter_rules())


def spoken(rule: Rule) -> str:
    """A rule as a README writes it: `/tiles/<resource_id>/<version>/…`, converters left out."""
    return re.sub(r"<(?:[a-z]+:)?([a-z_]+)>", r"<\1>", rule.rule)


def address(rule: Rule, word: str) -> str:
    """The rule's address with `word` for every text and something that names nothing for every figure."""
    found = rule.rule
    for name, converter in rule._converters.items():
        value = NOTHING.get(type(converter).__name__, word)
        found = re.sub(rf"<(?:[a-z]+:)?{name}>", lambda _match, value=value: str(value), found)
    return found


def body_lines(view: Callable[..., Any]) -> int:
    """Lines of a view's body without its docstring."""
    node = ast.parse(textwrap.dedent(inspect.getsource(view))).body[0]
    assert isinstance(node, ast.FunctionDef)
    body = node.body[1:] if ast.get_docstring(node) is not None else node.body
    return (node.end_lineno or 0) - body[0].lineno + 1 if body else 0
