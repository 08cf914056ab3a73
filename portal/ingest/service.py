"""The services of this room under one name, as the request wrapper offers them; identity is every verb's first word.

Rule for callers: commit after each act before opening another dataset in the same scope (an act may chain a naming
into the record inside its transaction).
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
