"""Tests of the plugins, on a portal with released data."""
