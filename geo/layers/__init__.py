"""Layers in: inspect a geospatial file, then stage it as one COPY-ready file in EPSG:4326."""
