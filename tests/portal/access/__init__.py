"""Tests of portal.access."""
