"""The services of this room under one name, as the request wrapper offers them; identity is every verb's first word.

One dataset is open in a scope at a time: opening the next replaces the one before. Commit after each act.
"""

from __future__ import annotations

from dataclasses import dataclass

from portal.ingest.checking import Checking
from portal.ingest.deciding import Deciding
from portal.ingest.drafts import Drafts, TwoEditors
from portal.ingest.queries import Queries
from portal.ingest.receiving import Receiving
from portal.ingest.resources import Resources


@dataclass(frozen=True)
class Ingest:
    """drafts: make and edit · receiving: files in · resources: choices and dictionary · checking: submit to validate ·
    deciding: consent, classification, release, withdrawal, restoring · queries: what pages show."""

    drafts: Drafts
    receiving: Receiving
    resources: Resources
    checking: Checking
    deciding: Deciding
    queries: Queries


__all__ = ["Ingest", "TwoEditors"]
