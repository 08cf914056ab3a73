"""Unpublished and exempt rows and files."""
