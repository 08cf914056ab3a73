"""Revisions of the office database."""
