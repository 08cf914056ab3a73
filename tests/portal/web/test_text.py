"""Notes, languages and the catalogue."""

from __future__ import annotations

import re

import pytest
from flask import render_template_string, url_for
from hypothesis import given
from hypothesis import strategies as st

from portal.web import markdown, translate
from portal.web.i18n import with_lang
from tests.portal.web.harness import add_pages, make_app


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        "![x](https://elsewhere.example/p.png)",
        "<img src=x onerror=alert(1)>",
        "<p style='color:red'>a</p>",
        "[x](data:text/html;base64,AAAA)",
    ],
)
def test_notes_cannot_carry_code_or_pictures(text: str) -> None:
    html = markdown.to_html(text)
    assert not re.search(r"<(script|img|style|iframe)|<[^>]+ (on\w+|style)=|href=\"(javascript|data):", html)


def test_notes_keep_what_writers_need() -> None:
    html = markdown.to_html("# Cara\n\n**Tebal**, [situs](https://bps.go.id)\n\n| a | b |\n|:--|--:|\n| 1 | 2 |")
    assert "<h3>Cara</h3>" in html
    assert "<strong>Tebal</strong>" in html
    assert 'rel="nofollow noopener ugc"' in html
    assert "<table>" in html
    assert "style" not in html


@given(st.text(max_size=300))
def test_every_note_gives_clean_html_and_words(text: str) -> None:
    html = markdown.to_html(text)
    assert not re.search(r"<(script|img|style|iframe|object)", html, re.IGNORECASE)
    assert len(markdown.to_text(text, 50)) <= 50


def test_a_card_takes_the_first_words() -> None:
    assert markdown.to_text("**Luas** panen\n\nper `desa`") == "Luas panen per desa"
    assert markdown.to_text("satu dua tiga empat lima", 12) == "satu dua…"


def test_every_text_has_english() -> None:
    lost = translate.missing()
    assert not lost, f"add English by `python -m portal.web.translate add` for: {lost[:10]}"


def test_the_compiled_catalogue_is_of_this_source() -> None:
    known = translate.known_english(translate.stored())
    assert known["Cari data"] == "Search data"
    placeholders = re.compile(r"%\(\w+\)s")
    for message, english in known.items():
        if isinstance(message, str) and isinstance(english, str):
            assert sorted(set(placeholders.findall(message))) == sorted(set(placeholders.findall(english))), message
    assert translate.CATALOGUE.with_suffix(".mo").exists()


@pytest.mark.parametrize(
    ("href", "lang", "result"),
    [
        ("/dataset?q=padi", "en", "/dataset?q=padi&lang=en"),
        ("/dataset?lang=en&q=a%26b", "id", "/dataset?q=a%26b"),
        ("/dataset/a-b_c.d~e", "en", "/dataset/a-b_c.d~e?lang=en"),
        ("/dataset/a-b_c.d~e", "id", "/dataset/a-b_c.d~e"),
        ("/", "en", "/?lang=en"),
        ("//bps.go.id/x", "en", "//bps.go.id/x"),
        ("/dataset#isi", "en", "/dataset?lang=en#isi"),
        ("https://bps.go.id/x", "en", "https://bps.go.id/x"),
        ("#isi", "en", "#isi"),
    ],
)
def test_links_keep_the_language(href: str, lang: str, result: str) -> None:
    assert with_lang(href, lang) == result


def test_the_language_is_in_the_address_and_nowhere_else() -> None:
    app = make_app()
    add_pages(app)
    client = app.test_client()
    indonesian = client.get("/home")
    english = client.get("/home?lang=en", headers={"Accept-Language": "id", "Cookie": "lang=id"})
    assert '<html lang="id"' in indonesian.text
    assert '<html lang="en"' in english.text
    assert "Skip to content" in english.text
    assert "Set-Cookie" not in english.headers
    assert 'hreflang="en" href="/home?lang=en"' in indonesian.text
    assert client.get("/home?lang=xx").text.count('<html lang="id"') == 1
    with app.test_request_context("/home?lang=en"):
        assert url_for("search") == "/search?lang=en"
        assert url_for("search", lang_free=True) == "/search"
        assert url_for("assets.file", name="x.css") == "/aset/x.css"


def test_values_are_escaped_in_every_macro() -> None:
    app = make_app()
    hostile = "<i>&\"'"
    page = """{% from "macros/forms.html" import field, button, select, search_box %}
    {% from "macros/ui.html" import alert, chip, facts, code_sample, pager %}
    {% from "macros/data.html" import result_card, data_table %}
    {{ field("a", x, x, hint=x, error=x) }}{{ button(x, href=x) }}{{ select("s", x, [(x, x)], x) }}
    {{ search_box(x, x) }}
    {{ alert(x, text=x) }}{{ chip(x, remove_href=x) }}{{ facts([(x, x)]) }}{{ code_sample(x, x, "i") }}
    {{ result_card(x, x, x, x) }}{{ data_table([{"key": "k", "label": x}], [{"k": x}], x) }}"""
    with app.test_request_context("/"):
        html = render_template_string(page, x=hostile)
    assert "<i>" not in html
    assert html.count("&lt;i&gt;&amp;") > 15
