"""Templates compiled for one language say what the general ones say, with the constant parts worked out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask, render_template_string
from jinja2 import DictLoader, TemplateNotFound
from markupsafe import Markup

from portal.web import rendering, templating
from portal.web.i18n import texts_of
from portal.web.templating import SpokenEnvironment
from tests.portal.web.harness import make_app

HOSTILE = "<b>&\"'%s%(n)s"
PAGES = {
    "text.html": '{{ _("Cari data") }}',
    "place.html": '{{ _("Hasil pencarian: %(q)s", q=x) }}',
    "within.html": '{% set found = [_("Tabel"), x] %}{{ found|join(" ") }}{{ _("Tabel") ~ x }}',
    "icon.html": '{{ icon("download", _("Unduh")) }}{{ emblem() }}',
    "links.html": '<a href="{{ href("/dataset") }}">{{ asset_url("app.css") }}</a>{{ href(path) }}',
    "macro.html": '{% macro m(a) %}{{ _("Tabel") }} {{ a }} {{ href("/") }}{% endmacro %}{{ m(x) }}',
    "filters.html": "{{ y|number }} {{ y|round|int|filesize }} {{ y|int|counted(_('baris'), 'rows') }}",
    "lang.html": "{{ current_lang() }} {{ lang_name('en') }}",
    "unknown.html": '{{ _("Teks yang tidak ada di katalog, 100%% asli") }}',
    "plain.txt": '{{ _("Cari data") }} {{ _("Hasil pencarian: %(q)s", q=x) }}',
}


@pytest.fixture(scope="module")
def app() -> Flask:
    made = make_app()
    made.jinja_loader = DictLoader(PAGES)
    return made


@pytest.fixture(params=["id", "en"])
def language(app: Flask, request: pytest.FixtureRequest) -> Iterator[str]:
    with app.test_request_context("/?lang=" + request.param):
        yield request.param


@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_page_says_the_same_when_its_constants_are_worked_out(app: Flask, language: str, name: str) -> None:
    context: dict[str, Any] = {"x": HOSTILE, "y": 1234.5, "path": "/dataset?q=a%20b&lang=en"}
    assert rendering.render(name, **context) == app.jinja_env.get_template(name).render(context)
    assert "<b>" not in rendering.render(name, **context) or name == "plain.txt"


@pytest.mark.parametrize("name", ["text.html", "icon.html", "unknown.html"])
def test_constant_texts_cost_no_call(app: Flask, language: str, name: str) -> None:
    environment = app.extensions["portal-pages"].of(language)
    assert isinstance(environment, SpokenEnvironment)
    code = environment.compile(PAGES[name], name, raw=True)
    assert "call(" not in code.replace("context.call(None", ""), code
    whole = app.jinja_env.compile(PAGES[name], name, raw=True)
    assert "call(" in whole


def test_each_language_has_one_environment(app: Flask) -> None:
    pages = app.extensions["portal-pages"]
    with app.test_request_context("/"):
        assert pages.of("en") is pages.of("en")
        assert pages.of("en") is not pages.of("id")


def test_a_template_from_a_text_is_not_of_one_language(app: Flask, language: str) -> None:
    assert render_template_string('{{ _("Cari data") }}') == rendering.render("text.html")


def test_the_first_that_there_is_of_a_list(app: Flask, language: str) -> None:
    assert rendering.render(["none.html", "text.html"]) == rendering.render("text.html")
    with pytest.raises(TemplateNotFound):
        rendering.render(["none.html"])


def test_texts_are_markup_only_where_output_is_escaped(app: Flask) -> None:
    texts = texts_of("id")
    environment = app.jinja_env
    assert isinstance(environment, SpokenEnvironment)
    made = environment.speaking(texts, {}, {}, {})
    module = made.get_template("text.html").make_module()
    assert str(module) == "Cari data"
    assert isinstance(module.__html__(), Markup)


def test_an_application_with_templates_is_refused() -> None:
    made = Flask("late")
    assert made.jinja_env
    with pytest.raises(RuntimeError):
        templating.prepare(made)
