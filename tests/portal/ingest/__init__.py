"""Tests of portal.ingest."""
