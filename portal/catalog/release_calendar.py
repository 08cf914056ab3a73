"""Releases that agencies have announced (`jadwal_rilis_berikut`): what comes out soon."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Text, literal_column, select
from sqlalchemy.orm import Session

from portal.catalog import models
from portal.kernel.decisions import require
from portal.kernel.identity import Identity
from portal.kernel.permissions import Permission


@dataclass(frozen=True, slots=True)
class DueRelease:
    """A published dataset whose next version is announced for `day`."""

    name: str
    title: str
    agency: str
    day: date


class ReleaseCalendar:
    """Announced releases of the published datasets."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def due(self, identity: Identity, today: date, limit: int, days: int = 120) -> tuple[DueRelease, ...]:
        """The next releases from today on, soonest first; one statement, by the index on the announced day."""
        require(identity, Permission.PUBLISHED_READ)
        table = models.dataset
        # the expression is the index's own, as text, since the planner knows it only so; ISO days sort as text
        announced = literal_column("page #>> '{metadata,jadwal_rilis_berikut}'", Text)
        query = (
            select(table.c.name, table.c.title, table.c.page[("card", "agency_short")].astext, announced)
            .select_from(table)
            .where(announced >= today.isoformat(), announced <= (today + timedelta(days=days)).isoformat())
            .order_by(announced, table.c.title, table.c.id)
            .limit(limit)
        )
        return tuple(
            DueRelease(row[0], row[1], row[2], date.fromisoformat(row[3])) for row in self._session.execute(query)
        )
