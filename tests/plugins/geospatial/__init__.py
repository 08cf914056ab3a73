"""Tests of the geospatial plugin."""
