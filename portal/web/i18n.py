"""Languages: Indonesian by default, English by `?lang=en`, so that public pages stay cacheable."""

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from babel.support import NullTranslations, Translations
from flask import Flask, g, has_app_context, has_request_context, request
from flask_babel import Babel, get_locale

from portal.web.request import runtime

DEFAULT = "id"
LANGUAGES = {"id": "Bahasa Indonesia", "en": "English"}
TRANSLATIONS = Path(__file__).with_name("translations")

# A path of ours without a query, which is most of them, need not be taken apart.
_PLAIN = re.compile(r"/(?:[A-Za-z0-9_.~-][A-Za-z0-9_.~/-]*)?")

# Addresses that are the same in both languages keep no language in their query.
_LANGUAGE_FREE = ("assets.", "static", "api.", "api_util.", "tiles.", "downloads.", "ogc.")


def chosen_language() -> str:
    """The language of this request: `?lang=` if we speak it, else Indonesian. No cookie, no header.

    The action API speaks the profile's language, as a CKAN speaks its own: programs look for its words.
    """
    if not has_request_context():
        return DEFAULT
    asked = request.args.get("lang", "")
    if asked not in LANGUAGES and request.blueprint == "api":
        asked = runtime().profile.locale
    return asked if asked in LANGUAGES else DEFAULT


def current_lang() -> str:
    """The code of the language in use (`id` or `en`); chosen once a request."""
    if not has_app_context():
        return DEFAULT
    found: str | None = g.get("portal_lang")
    if found is None:
        locale = get_locale()
        found = g.portal_lang = str(locale.language) if locale is not None else DEFAULT
    return found


@cache
def texts_of(lang: str) -> NullTranslations:
    """The texts of a language that we speak; of the source language, the source texts themselves."""
    return Translations.load(str(TRANSLATIONS), [lang])


def translate(message: str) -> str:
    """A source text in the language of this request, Indonesian outside any (`portal.kernel.texts`)."""
    return str(texts_of(current_lang()).gettext(message))


def with_lang(href: str, lang: str | None = None) -> str:
    """An address of ours with the language in its query; Indonesian addresses carry none."""
    code = lang or current_lang()
    if _PLAIN.fullmatch(href):
        return href if code == DEFAULT else f"{href}?lang={code}"
    parts = urlsplit(href)
    if parts.scheme or parts.netloc or not (parts.path or parts.query):
        return href
    pairs = [(key, value) for key, value in parse_qsl(parts.query, keep_blank_values=True) if key != "lang"]
    if code != DEFAULT:
        pairs.append(("lang", code))
    return urlunsplit(parts._replace(query=urlencode(pairs)))


def with_query(path: str, query: str, lang: str) -> str:
    """A path of ours with a query of ours (`?a=b`, encoded already, or nothing) and the language."""
    if lang == DEFAULT:
        return path + query
    return f"{path}{query}&lang={lang}" if query else f"{path}?lang={lang}"


def lang_links() -> list[tuple[str, str]]:
    """(code, address) of this page in each language, for the switch and for hreflang."""
    if not has_request_context():
        return []
    here = request.full_path if request.query_string else request.path
    return [(code, with_lang(here, code)) for code in LANGUAGES]


def lang_name(code: str) -> str:
    """A language's own name."""
    return LANGUAGES[code]


def _keep_language(endpoint: str, values: dict[str, Any]) -> None:
    if values.pop("lang_free", False) or endpoint.startswith(_LANGUAGE_FREE):
        return
    lang = chosen_language()
    if lang != DEFAULT:
        values.setdefault("lang", lang)


def install_i18n(app: Flask, preferred: Callable[[], str | None] | None = None) -> None:
    """Set up Flask-Babel. `preferred` may give a signed-in person's language (office only)."""
    app.config["BABEL_DEFAULT_LOCALE"] = DEFAULT
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(TRANSLATIONS)

    def select() -> str:
        # the API answers in one language, whoever calls: programs look for its words
        if preferred is not None and "lang" not in request.args and request.blueprint != "api":
            wish = preferred()
            if wish in LANGUAGES:
                return wish
        return chosen_language()

    Babel(app, locale_selector=select)
    app.url_default_functions.setdefault(None, []).append(_keep_language)
