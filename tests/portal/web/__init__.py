"""Tests of the house style: formats, charts, maps, pages in a real browser."""
