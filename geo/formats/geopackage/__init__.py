"""GeoPackage: read through SQLite, read-only, one batch at a time."""
