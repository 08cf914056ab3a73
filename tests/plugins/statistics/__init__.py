"""Tests of the statistics plugin."""
