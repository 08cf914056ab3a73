"""The style page `/gaya`: every component in every state. Development only; figures on it are examples."""

import json
from datetime import date
from functools import cache
from typing import Any

from flask import Blueprint, Response, request

from config.regions import BOUNDARIES
from portal.web import charts, maps
from portal.web.geometry import Outline, outlines
from portal.web.i18n import current_lang
from portal.web.rendering import render

blueprint = Blueprint("gaya", __name__)
_DISTRICTS = "33.29_kecamatan.geojson"
_YEARS = range(2018, 2026)
_MEN = (912_400, 921_300, 985_200, 1_003_900, 1_019_700, 1_028_800, 1_040_100, 1_046_350)
_WOMEN = (896_700, 905_200, 968_100, 984_600, 999_300, 1_008_200, 1_019_800, 1_025_700)
_HARVEST = (
    ("Larangan", 8_412), ("Wanasari", 7_921), ("Bulakamba", 6_318), ("Brebes", 5_904), ("Ketanggungan", 5_377),
    ("Banjarharjo", 4_215), ("Tanjung", 3_188), ("Jatibarang", 2_604), ("Songgom", 2_377), ("Salem", None),
)  # fmt: skip


@blueprint.get("/gaya")
def gaya() -> str:
    """All components; `?tema=gelap` or `terang` fixes the theme."""
    themes = {"gelap": "dark", "terang": "light"}
    return render("gaya.html", theme=themes.get(request.args.get("tema", "")), **samples())


@blueprint.get("/gaya/batas.geojson")
def boundary() -> Response:
    """The boundaries behind the sample map."""
    return Response((BOUNDARIES / _DISTRICTS).read_bytes(), mimetype="application/geo+json")


@cache
def districts() -> tuple[Outline, ...]:
    """The kecamatan of Brebes, for the samples."""
    text = (BOUNDARIES / _DISTRICTS).read_text(encoding="utf-8")
    return outlines(json.loads(text))


def samples() -> dict[str, Any]:
    """Example charts, maps and rows."""
    regions = districts()
    lang = current_lang()
    figures = {region.code: float((index * 37) % 97 * 41 + 300) for index, region in enumerate(regions)}
    figures[regions[0].code] = 0.0
    values: dict[str, float | None] = {**figures, regions[1].code: None}
    return {
        "districts": regions,
        "bars": charts.bars(_HARVEST, title="Luas panen bawang merah", unit="ha", highlight="Brebes", lang=lang),
        "grouped": charts.grouped_bars(["Brebes", "Wanasari", "Bumiayu"], _sexes(), title="Penduduk", lang=lang),
        "lines": charts.lines(_series(), title="Penduduk menurut jenis kelamin", unit="jiwa", lang=lang),
        "spark": charts.sparkline(list(_MEN), title="Naik sejak 2018"),
        "choropleth": maps.choropleth(regions, values, title="Luas panen per kecamatan", unit="ha", lang=lang),
        "place_map": maps.place_map(regions, lambda r: f"/wilayah/{r.code}", title="Kecamatan di Brebes"),
        "locator": maps.locator(regions, "33.29.09", title="Letak Kecamatan Brebes"),
        "preview_map": maps.preview([region.geometry for region in regions[:6]], title="Pratinjau", base=regions),
        "preview_bars": charts.preview_bars([value for _, value in _HARVEST], title="Pratinjau"),
        "map_source": "/gaya/batas.geojson",
        "columns": _columns(),
        "rows": _rows(),
        "options_of": lambda regions: [(region.code, f"{region.code} {region.name}") for region in regions],
        "page_of": lambda page: f"/gaya?halaman={page}",
        "sort_of": lambda key: f"/gaya?urut={key}",
        "day": date(2026, 11, 22),
    }


def _series() -> list[charts.Series]:
    return [
        charts.Series("Laki-laki", list(zip(_YEARS, _MEN, strict=True))),
        charts.Series("Perempuan", list(zip(_YEARS, _WOMEN, strict=True))),
    ]


def _sexes() -> list[charts.Series]:
    return [
        charts.Series("Laki-laki", [(0, 92_110.0), (1, 80_342.0), (2, 58_100.0)]),
        charts.Series("Perempuan", [(0, 90_500.0), (1, 78_600.0), (2, None)]),
    ]


def _columns() -> list[dict[str, Any]]:
    return [
        {"key": "kecamatan", "label": "Kecamatan"},
        {"key": "kode", "label": "Kode", "note": "Kemendagri"},
        {"key": "luas", "label": "Luas panen", "note": "ha", "numeric": True, "decimals": 1},
        {"key": "hasil", "label": "Produksi", "note": "kuintal", "numeric": True},
        {"key": "tahun", "label": "Tahun", "numeric": True, "plain": True},
    ]


def _rows() -> list[dict[str, Any]]:
    return [
        {
            "kecamatan": region.name,
            "kode": region.code,
            "luas": None if index == 3 else 812.4 + index * 311.7,
            "hasil": 91_240 + index * 33_181,
            "tahun": 2025,
        }
        for index, region in enumerate(districts()[:8])
    ]
