"""Pure geospatial and tabular engine; knows neither Flask nor the portal."""
