"""The geospatial plugin; see README.md."""
