"""Revisions of the public database."""
