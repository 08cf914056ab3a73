"""Tests of portal.vault."""
