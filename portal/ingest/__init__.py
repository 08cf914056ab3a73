"""Submission, checks, verification and release: the only door out of the vault."""
