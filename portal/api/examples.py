"""Calls as people write them: curl, Python, R and, where there is something to draw or to tabulate, QGIS."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from portal.kernel.texts import gettext as _


@dataclass(frozen=True, slots=True)
class Example:
    """One call in one language: `key` for the tab and the id, `title` for a person, `code` to copy."""

    key: str
    title: str
    code: str


def address(base: str, action: str, asked: Mapping[str, object]) -> str:
    """The address of a GET."""
    query = urlencode({key: str(value) for key, value in asked.items()}, quote_via=quote)
    return f"{base}/api/3/action/{action}" + (f"?{query}" if query else "")


def call(base: str, action: str, asked: Mapping[str, object], shown: str = "result") -> list[Example]:
    """A read in three languages. `shown`: what to print of the answer, as `result.count`."""
    url = address(base, action, asked)
    path = "".join(f'["{part}"]' for part in shown.split("."))
    python = [
        "import requests",
        "",
        "answer = requests.get(",
        f'    "{base}/api/3/action/{action}",',
        f"    params={json.dumps(dict(asked), ensure_ascii=False)},",
        "    timeout=60,",
        ")",
        f"print(answer.json(){path})",
    ]
    return [
        Example("curl", "curl", f"curl {_shell(url)}"),
        Example("python", "Python", "\n".join(python)),
        Example("r", "R", f'library(jsonlite)\n\nanswer <- fromJSON("{url}")\nanswer${shown.replace(".", "$")}'),
    ]


def table(base: str, resource_id: str) -> list[Example]:
    """A whole table, in one go."""
    url = f"{base}/datastore/dump/{resource_id}"
    return [
        Example("curl", "curl", f"curl -o data.csv {_shell(url)}"),
        Example("python", "Python", f'import pandas as pd\n\ndata = pd.read_csv("{url}")\nprint(data.head())'),
        Example("r", "R", f'data <- read.csv("{url}")\nhead(data)'),
        Example("qgis", "QGIS", _qgis(f"/vsicurl_streaming/{url}?format=csv")),
    ]


def layer(url: str) -> list[Example]:
    """A layer's file, as it is prepared for download."""
    return [
        Example("curl", "curl", f"curl -O {_shell(url)}"),
        Example("python", "Python", f'import geopandas as gpd\n\nlayer = gpd.read_file("{url}")\nprint(layer.head())'),
        Example("r", "R", f'library(sf)\n\nlayer <- st_read("/vsicurl/{url}")\nplot(st_geometry(layer))'),
        Example("qgis", "QGIS", _qgis(f"/vsicurl/{url}")),
    ]


def write(base: str, action: str, asked: Mapping[str, object]) -> list[Example]:
    """A write with a token, which comes from the environment and never from an address."""
    body = json.dumps(dict(asked), ensure_ascii=False)
    curl = (
        f'curl -H "Authorization: $TOKEN" -H "Content-Type: application/json" \\\n  -d {_shell(body)} \\\n'
        f"  {base}/api/3/action/{action}"
    )
    python = [
        "import os",
        "from ckanapi import RemoteCKAN",
        "",
        f'portal = RemoteCKAN("{base}", apikey=os.environ["TOKEN"])',
        f'print(portal.call_action("{action}", {body}))',
    ]
    return [
        Example("tulis-curl", _("Menulis: curl"), curl),
        Example("tulis-python", _("Menulis: Python"), "\n".join(python)),
    ]


def _qgis(source: str) -> str:
    way = _("Lapisan ▸ Tambah Lapisan ▸ Tambah Lapisan Vektor; jenis sumber: Berkas; isikan alamat ini:")
    return f"{way}\n{source}"


def _shell(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
