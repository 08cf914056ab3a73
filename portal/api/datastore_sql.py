"""`datastore_search_sql`: off unless the deployment turns it on (`PORTAL_DATASTORE_SQL`); published tables only."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from portal.api.action import Action, Call, Registry
from portal.api.arguments import Arguments, Text
from portal.api.datastore import published
from portal.kernel.errors import Invalid
from portal.kernel.texts import gettext as _
from portal.tables.questions import Shape
from portal.tables.reader import driver_of

NAME = "datastore_search_sql"


class SqlArguments(Arguments):
    """One SELECT."""

    sql: Text


def datastore_search_sql(call: Call, args: SqlArguments) -> object:
    """Run one SELECT over published tables, by resource id or alias. `sql`. At most 32,000 rows, some seconds."""
    # PostgreSQL's parser is 10 MB that a deployment without this action need not hold
    from portal.tables import sql_search

    def shape(name: str) -> Shape:
        return published(call, name).shape

    statement = sql_search.rewritten(args.sql, shape)
    driver = driver_of(call.queries.session)
    found = sql_search.run(driver, statement)
    names = [name for name, _type in found.columns]
    records = [dict(zip(names, map(_plain, row), strict=True)) for row in found.rows]
    result: dict[str, Any] = {
        "sql": args.sql,
        "records": records,
        "fields": [{"id": name, "type": kind} for name, kind in found.columns],
    }
    return {**result, "records_truncated": True} if found.truncated else result


def _plain(value: Any) -> Any:
    """A value as CKAN shows it: what is no number, text, list or object becomes its text."""
    if value is None or isinstance(value, bool | int | float | str | list | dict):
        return value
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        raise Invalid(_("Kueri menghasilkan jenis yang tidak dapat ditampilkan."), rule="api.sql")
    return value if type(value).__name__ == "Decimal" else str(value)


ACTION = Action(NAME, SqlArguments, datastore_search_sql)


def with_sql(actions: Registry, *, on: bool) -> Registry:
    """The table of actions, with SQL where it is on; where it is off the action does not exist, as in CKAN."""
    return {**actions, NAME: ACTION} if on else actions


__all__ = ["ACTION", "with_sql"]
