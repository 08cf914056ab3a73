"""Tests of portal.quality."""
