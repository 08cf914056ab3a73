"""The base of every store: a session on which one proof is entered, and nothing after that proof's transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

import psycopg
from sqlalchemy import Executable, Result, text
from sqlalchemy.orm import Session

from portal.kernel.proofs import VAULT_WRITTEN, Proof

_ENTERED = "portal.vault.entered"


@dataclass(frozen=True, slots=True)
class Opened:
    """What the stores share. `run` and `connection` refuse to work once the opening is no longer set."""

    session: Session
    proof: Proof
    clock: Callable[[], datetime]
    zone: tzinfo

    def enter(self) -> None:
        """Set the opening for this transaction, in place of any other."""
        self.session.execute(
            text("SELECT set_config('portal.opening', :opening, true)"), {"opening": str(self.proof.opening_id)}
        )
        self.session.info[_ENTERED] = (self, self.session.get_transaction())

    def check(self) -> None:
        """Raise RuntimeError when another proof was entered, or the transaction of this one has ended."""
        entered, transaction = self.session.info.get(_ENTERED, (None, None))
        if entered is not self or transaction is not self.session.get_transaction():
            raise RuntimeError("this opening is no longer entered: call AccessService.enter again")

    def run(self, statement: Executable, values: Any = None) -> Result[Any]:
        """Execute one statement under the opening."""
        self.check()
        if getattr(statement, "is_dml", False):
            self.wrote()
        return self.session.execute(statement, values)

    def wrote(self) -> None:
        """Note that this transaction changes a dataset."""
        self.session.info[VAULT_WRITTEN] = True

    def connection(self) -> psycopg.Connection[Any]:
        """The driver's connection of this transaction, for COPY."""
        self.check()
        driver = self.session.connection().connection.driver_connection
        if not isinstance(driver, psycopg.Connection):
            raise TypeError("the vault needs psycopg")
        return driver
