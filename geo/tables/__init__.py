"""Tables in and out: inspection, typing over the whole column, staging for COPY, exports."""

from geo.tables.inspection import inspect
from geo.tables.staging import stage
from geo.tables.types import ReadChoice, StagedTable, StageError, TableError, TableReport

__all__ = ["ReadChoice", "StageError", "StagedTable", "TableError", "TableReport", "inspect", "stage"]
