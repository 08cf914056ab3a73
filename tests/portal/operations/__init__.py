"""Tests of portal/operations."""
