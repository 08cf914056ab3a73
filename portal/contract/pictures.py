"""Charts and maps that plugins draw with: pure functions, data to SVG."""

from __future__ import annotations

from portal.web.charts import Series, bars, grouped_bars, lines, sparkline
from portal.web.geometry import Outline, outlines
from portal.web.maps import Choropleth, choropleth

__all__ = ["Choropleth", "Outline", "Series", "bars", "choropleth", "grouped_bars", "lines", "outlines", "sparkline"]
