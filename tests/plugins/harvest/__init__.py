"""Tests of the harvest plugin."""
