"""How often sign-in may be tried. Counted in transactions of their own, so that a refused request still counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session, sessionmaker

from portal.accounts import models
from portal.accounts.secrets import key_hash
from portal.kernel.errors import TooMany
from portal.kernel.texts import gettext as _


@dataclass(frozen=True)
class Throttle:
    """At most `account_limit` failures a window for one account, `address_limit` for one network address."""

    sessions: sessionmaker[Session]
    window: timedelta = timedelta(minutes=15)
    account_limit: int = 10
    address_limit: int = 50

    def check(self, account: str, address: str, now: datetime) -> None:
        """Raises TooMany when a limit is reached; unknown accounts count alike, so nothing is given away."""
        with self.sessions() as session:
            for key, limit in self._keys(account, address):
                count = session.scalar(
                    select(func.count())
                    .select_from(models.attempt)
                    .where(models.attempt.c.key_hash == key, models.attempt.c.at > now - self.window)
                )
                if (count or 0) >= limit:
                    raise TooMany(
                        _("Terlalu banyak percobaan masuk. Coba lagi 15 menit lagi."),
                        retry_after=int(self.window.total_seconds()),
                    )

    def failed(self, account: str, address: str, now: datetime) -> None:
        """Count one failure and forget those outside the window."""
        with self.sessions.begin() as session:
            session.execute(delete(models.attempt).where(models.attempt.c.at < now - self.window))
            for key, _limit in self._keys(account, address):
                session.execute(insert(models.attempt).values(key_hash=key, at=now))

    def succeeded(self, account: str) -> None:
        """Forget the failures of an account that has signed in."""
        with self.sessions.begin() as session:
            session.execute(delete(models.attempt).where(models.attempt.c.key_hash == key_hash(f"akun:{account}")))

    def _keys(self, account: str, address: str) -> tuple[tuple[bytes, int], ...]:
        return (
            (key_hash(f"akun:{account}"), self.account_limit),
            (key_hash(f"alamat:{address}"), self.address_limit),
        )
