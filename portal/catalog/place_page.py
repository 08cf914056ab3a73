"""What place pages and the front page show of places: figures in words, maps, parts, neighbours; no SQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from config import regions, vocabularies
from portal.catalog.key_figures import KeyFigure
from portal.catalog.neighbours import neighbours
from portal.kernel.texts import gettext as _
from portal.web import charts, formats, maps
from portal.web.geometry import Outline, outlines
from portal.web.i18n import with_lang

#: A line of two points is no trend.
MIN_TREND = 3
Figure = dict[str, Any]


def place_href(place: Outline) -> str:
    """The page of an outlined region."""
    return with_lang(f"/wilayah/{place.code}")


def parts_of(code: str, level: Any) -> tuple[Outline, ...]:
    """Outlines of the parts of a regency at a level; empty where none ship."""
    try:
        return outlines(regions.boundaries(code, level))
    except KeyError:
        return ()


def level_words(level: str) -> str:
    """A level as people say it, to stand before a name."""
    return {"kabupaten": _("Kabupaten"), "kecamatan": _("Kecamatan"), "desa": _("Desa atau kelurahan")}.get(level, "")


def plural_words(level: str) -> str:
    """A level in a sentence that counts."""
    return {"kabupaten": _("kabupaten/kota"), "kecamatan": _("kecamatan"), "desa": _("desa/kelurahan")}.get(level, "")


def figure(item: KeyFigure, place: regions.Region, lang: str) -> Figure:
    """Arguments of the macro `key_figure`: value, trend and sparkline, comparison, source and year."""
    known = vocabularies.units()[item.unit]
    name = item.indicator.label_en if lang == "en" else item.indicator.label
    digits = 0 if known.dimension == "cacah" else known.decimals if known.decimals < 2 else None
    return {
        "name": name,
        "value": formats.number(item.value, digits, lang),
        "unit": _symbol(known.symbol, lang),
        "spark": _spark(item, name, digits, lang),
        "trend": _trend(item, lang),
        "compare": _comparison(item, place, lang),
        "source": _source(item, lang),
        "year": item.period,
        "href": with_lang(item.tables[0].address),
    }


def _symbol(symbol: str, lang: str) -> str:
    """A unit in short; in English, what is counted is named in English: jiwa/km² is persons/km²."""
    if lang != "en":
        return symbol
    units = vocabularies.units()
    counted = {part: units[part].label_en for part in symbol.split("/") if part in units}
    return "/".join(counted.get(part, part) for part in symbol.split("/"))


def _spark(item: KeyFigure, name: str, digits: int | None, lang: str) -> Markup | None:
    if len(item.series) < MIN_TREND:
        return None
    (first, start), (last, end) = item.series[0], item.series[-1]
    said = _(
        "%(name)s tahun %(first)s sampai %(last)s: dari %(start)s menjadi %(end)s",
        name=name,
        first=first,
        last=last,
        start=formats.number(start, digits, lang),
        end=formats.number(end, digits, lang),
    )
    years = range(first, last + 1)
    by_year = dict(item.series)
    return charts.sparkline([by_year.get(year) for year in years], title=said)


def _trend(item: KeyFigure, lang: str) -> str | None:
    if len(item.series) < MIN_TREND or item.series[0][1] <= 0:
        return None
    year, start = item.series[0]
    change = (item.series[-1][1] - start) / start
    said = formats.percent(abs(change), 1, lang)
    if abs(change) < 0.0005:
        return _("tetap sejak %(year)s", year=year)
    words = _("naik %(share)s sejak %(year)s") if change > 0 else _("turun %(share)s sejak %(year)s")
    return words % {"share": said, "year": year}


def _comparison(item: KeyFigure, place: regions.Region, lang: str) -> str | None:
    """How the place stands among its peers: its share of the whole, its rank."""
    above = regions.region(place.parent)
    said = []
    if item.whole and above is not None:
        share = formats.percent(item.value / item.whole, 1, lang)
        said.append(_("%(share)s dari %(place)s", share=share, place=above.name))
    if item.rank is not None:
        said.append(
            _("urutan %(rank)s dari %(all)s %(level)s", rank=item.rank, all=item.peers, level=plural_words(place.level))
        )
    return "; ".join(said) or None


def _source(item: KeyFigure, lang: str) -> str:
    if not item.derived:
        return ", ".join(dict.fromkeys(table.source for table in item.tables))
    parts = [vocabularies.indicators()[code] for code in item.indicator.per]
    above, below = ((part.label_en if lang == "en" else part.label).lower() for part in parts)
    return _("%(above)s dibagi %(below)s", above=above, below=below)


def lead(place: regions.Region, parts: int) -> str:
    """Where a place is, in one sentence."""
    above = regions.region(place.parent)
    peers = len(regions.children(place.parent))
    if above is None or not peers:
        return ""
    words = {"peers": peers, "level": plural_words(place.level), "place": above.name, "parts": parts}
    if not parts:
        return _("Satu dari %(peers)s %(level)s di %(place)s.") % words
    words["below"] = plural_words("kecamatan" if place.level == "kabupaten" else "desa")
    return _("Satu dari %(peers)s %(level)s di %(place)s, terdiri atas %(parts)s %(below)s.") % words


def context(place: regions.Region, figures: Sequence[KeyFigure], lang: str) -> dict[str, Any]:
    """The place template's context but for the datasets."""
    level = "kecamatan" if place.level == "kabupaten" else "desa"
    parts = [part for part in parts_of(place.code[:5], level) if part.code.startswith(place.code + ".")]
    ancestors = regions.ancestors(place.code)
    return {
        "heading": f"{level_words('kecamatan')} {place.name}" if place.level == "kecamatan" else place.name,
        "lead": lead(place, len(parts)),
        "level": level_words(place.level),
        "figures": [figure(item, place, lang) for item in figures],
        "locator": _locator(place),
        "above": ancestors[-1] if ancestors else None,
        "place_map": maps.place_map(parts, place_href, title=place.name) if parts else None,
        "parts": [(part.code, part.name) for part in parts],
        "neighbours": [(near.code, near.name, _has_page(near)) for near in neighbours(place)],
        "crumbs": [(_("Beranda"), with_lang("/")), *_crumbs(ancestors), (place.name, None)],
    }


def _has_page(place: regions.Region) -> bool:
    return regions.has_boundaries(place.code[:5])


def _locator(item: regions.Region) -> Markup | None:
    """Where a place lies among its peers, with a way to each that has a page."""
    above = item.code[:2] if item.level == "kabupaten" else item.code.rpartition(".")[0]
    whole = parts_of(above if item.level == "kabupaten" else item.code[:5], item.level)
    around = [part for part in whole if part.code.startswith(above + ".")]
    if len(around) < 2:
        return None
    href_of = None if item.level == "kabupaten" else place_href
    return maps.locator(around, item.code, title=_("Letak %(name)s", name=item.name), href_of=href_of)


def _crumbs(ancestors: tuple[regions.Region, ...]) -> list[tuple[str, str]]:
    """Places above this one that have a page, widest first."""
    return [(place.name, with_lang(f"/wilayah/{place.code}")) for place in ancestors if place.level != "provinsi"]


def front_figures(stated: Sequence[Figure], read: Sequence[KeyFigure], home: regions.Region, lang: str) -> list[Figure]:
    """At most four figures of the front page: those of published tables, then what was stated and no table has.

    A figure comes whole from one source: a stated value never gets a table's line. Stated ones are texts in one
    language, so they give way.
    """
    published = {item.indicator.label: figure(item, home, lang) | {"compare": None} for item in read}
    rest = [_stated(item) for item in stated if item["name"] not in published]
    return [*published.values(), *rest][:4]


def _stated(item: Figure) -> Figure:
    return {**item, "href": with_lang(item["href"]) if item.get("href") else None, "spark": None}
