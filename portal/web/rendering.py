"""Templates of the house: `install` gives an application its filters, globals and built files."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, tzinfo
from functools import cache, partial
from pathlib import Path
from typing import Any, cast

from flask import Flask, current_app, has_request_context, request
from flask_babel import gettext
from jinja2 import BaseLoader, ChoiceLoader, FileSystemLoader, Template
from markupsafe import Markup

from config.profile import Profile
from portal.web import assets, formats, templating
from portal.web.i18n import DEFAULT, current_lang, install_i18n, lang_links, lang_name, texts_of, with_lang
from portal.web.icons import icon
from portal.web.markdown import to_html
from portal.web.request import Audience
from portal.web.site import OfficeUser, Site, site_of
from portal.web.theme import theme_css

Clock = Callable[[], datetime]
Lang = Callable[[], str]
TEMPLATES = Path(__file__).with_name("templates")
_PAGES = "portal-pages"


def install(
    app: Flask,
    audience: Audience,
    profile: Profile,
    *,
    user: Callable[[], OfficeUser | None] | None = None,
    office_nav: Callable[[], list[tuple[str, str]]] | None = None,
    preferred_language: Callable[[], str | None] | None = None,
    clock: Clock | None = None,
) -> None:
    """Register templates, filters, globals, languages and /aset on `app`.

    `user` and `office_nav` feed the office header; `clock` gives the moment that relative dates count from.
    Raises ThemeError for a profile colour that cannot be read.
    """
    templating.prepare(app)
    install_i18n(app, preferred_language)
    theme = theme_css(profile.accent)
    app.register_blueprint(assets.assets_blueprint(theme))
    app.jinja_loader = _loader(app)
    env = app.jinja_env
    env.trim_blocks = True
    env.lstrip_blocks = True
    env.globals.update(_globals(audience, site_of(profile), theme))
    env.globals["office_user"] = user or (lambda: None)
    env.globals["office_nav"] = office_nav or _office_nav
    moment = clock or (lambda: datetime.now(UTC))
    env.filters.update(_filters(profile.time_zone, moment, current_lang))
    app.extensions[_PAGES] = Pages(app, theme, lambda said: _filters(profile.time_zone, moment, said))


def _loader(app: Flask) -> BaseLoader:
    house = FileSystemLoader(TEMPLATES)
    return ChoiceLoader([app.jinja_loader, house]) if app.jinja_loader else house


def render(template: str | list[str | Template], **context: Any) -> str:
    """Render one template (of a list, the first there is) with the house's globals, in the language of the moment.

    Raises TemplateNotFound for an unknown name.
    """
    app = current_app
    pages: Pages = app.extensions[_PAGES]
    found = pages.of(current_lang()).get_or_select_template(template)
    app.update_template_context(context)
    return found.render(context)


class Pages:
    """One environment a language, made when the first page in it is asked, when all rooms and plugins are there."""

    def __init__(self, app: Flask, theme: str, filters: Callable[[Lang], dict[str, Callable[..., Any]]]) -> None:
        self._app = app
        self._theme = theme
        self._filters = filters
        self._made: dict[str, templating.SpokenEnvironment] = {}

    def of(self, language: str) -> templating.SpokenEnvironment:
        """The environment of a language that we speak."""
        made = self._made.get(language)
        if made is None:
            made = self._made[language] = self._make(language)
        return made

    def _make(self, language: str) -> templating.SpokenEnvironment:
        said = _said(language, self._theme)
        whole = cast("templating.SpokenEnvironment", self._app.jinja_env)
        made = whole.speaking(texts_of(language), said, said, self._filters(lambda: language))
        # the same for everybody: rendered once
        made.globals["footer"] = cache(lambda: Markup(made.get_template("footer.html").render()))  # noqa: S704
        return made


def _said(language: str, theme: str) -> dict[str, Callable[..., Any]]:
    """Functions of a page that give the same at every call in one language, without a request."""

    def asset_path(name: str) -> str:
        built = assets.themed_css(theme)[0] if theme and name == "app.css" else assets.manifest()[name]
        return f"{assets.PREFIX}/{built}"

    return {
        "asset_url": asset_path,
        "icon": icon,
        "emblem": emblem,
        "href": partial(with_lang, lang=language),
        "href_plain": str,
        "current_lang": lambda: language,
        "lang_name": lang_name,
    }


def _filters(zone: tzinfo, clock: Clock, lang: Lang) -> dict[str, Callable[..., Any]]:
    def localised(function: Callable[..., str]) -> Callable[..., str]:
        def filtered(*args: Any, **kwargs: Any) -> str:
            kwargs.setdefault("lang", lang())
            return function(*args, **kwargs)

        return filtered

    def dated(function: Callable[..., str]) -> Callable[[date | datetime | None], str]:
        return lambda value: function(value, lang(), zone)

    dates = (formats.long_date, formats.weekday_date, formats.date_time, formats.month_year)
    return {
        **{name: localised(getattr(formats, name)) for name in ("compact", "percent", "signed", "duration")},
        **{function.__name__: dated(function) for function in dates},
        "number": localised(formats.number),
        "filesize": localised(formats.size),
        "counted": localised(formats.plural),
        "relative": lambda value: formats.relative(value, clock(), lang(), zone),
        "region": formats.region,
        "unit_words": localised(formats.unit_words),
        "decimals_of": _decimals_of,
        "plain": str,
        "iso_date": datetime.fromisoformat,
        "markdown": to_html,
        "localised": lambda href: with_lang(href, lang()),
    }


def _decimals_of(rows: Iterable[Any], key: str) -> int:
    """Decimals that a column of these rows needs."""
    return formats.common_decimals(row.get(key) for row in rows if isinstance(row, Mapping))


def _globals(audience: Audience, site: Site, theme: str) -> dict[str, Any]:
    return {
        **_said(DEFAULT, theme),
        "href": with_lang,
        "current_lang": current_lang,
        "site": site,
        "audience": lambda: audience,
        "lang_links": lang_links,
        "page_window": page_window,
        "is_current": is_current,
        "site_nav": site_nav,
        "site_footer": site_footer,
    }


def page_window(page: int, pages: int) -> list[int | None]:
    """Page numbers to show: first, last, two around the current one; None stands for a gap."""
    near = {1, pages, *range(page - 1, page + 2)}
    shown = sorted(number for number in near if 1 <= number <= pages)
    result: list[int | None] = []
    for number in shown:
        if result and result[-1] is not None and number - result[-1] > 1:
            result.append(number - 1 if number - result[-1] == 2 else None)
        result.append(number)
    return result


def is_current(path: str) -> bool:
    """Whether this request is at `path` or below it (the front page only at itself)."""
    if not has_request_context():
        return False
    here = request.path
    return here == path or (path != "/" and here.startswith(path + "/"))


def site_nav() -> list[tuple[str, str]]:
    """The public header's links: (label, path)."""
    return [
        (gettext("Data"), "/dataset"),
        (gettext("Topik"), "/group"),
        (gettext("Instansi"), "/organization"),
        (gettext("Tentang"), "/tentang"),
    ]


def site_footer() -> list[tuple[str, list[tuple[str, str]]]]:
    """The public footer's columns: (heading, links)."""
    return [
        (
            gettext("Data"),
            [(gettext("Semua data"), "/dataset"), (gettext("Topik"), "/group"), (gettext("Instansi"), "/organization")],
        ),
        (
            gettext("Untuk pengembang"),
            [(gettext("Memakai API"), "/api"), (gettext("Umpan Atom"), "/feeds/dataset.atom")],
        ),
        (
            gettext("Tentang"),
            [(gettext("Tentang portal ini"), "/tentang"), (gettext("Maklumat pelayanan"), "/tentang/maklumat")],
        ),
    ]


def _office_nav() -> list[tuple[str, str]]:
    return [(gettext("Tugas saya"), "/"), (gettext("Unggah"), "/unggah"), (gettext("Data"), "/dataset")]


def emblem() -> Markup:
    """The house mark: three layered sheets, in the accent colour."""
    return Markup(
        '<svg class="emblem" viewBox="0 0 34 34" aria-hidden="true" fill="none" stroke="currentColor" '
        'stroke-width="2.2" stroke-linejoin="round"><path d="M17 4 31 11 17 18 3 11z" fill="currentColor"/>'
        '<path d="m3 17 14 7 14-7M3 23l14 7 14-7" stroke-linecap="round"/></svg>'
    )
