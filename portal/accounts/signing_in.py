"""Sign-in, server-side sessions, second factor, passwords and links. Identity-first where there is one; no commit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pyotp
from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from portal.accounts import models, secrets
from portal.accounts.identities import identity_of
from portal.accounts.throttle import Throttle
from portal.kernel.errors import Forbidden, Invalid, NotFound
from portal.kernel.identity import Identity
from portal.kernel.seal import Sealer, SealError
from portal.kernel.texts import gettext as _

SESSION_LIFE = timedelta(hours=12)
IDLE_LIFE = timedelta(hours=2)
LINK_LIFE = timedelta(days=3)
TOTP_STEP = 30


@dataclass(frozen=True, slots=True)
class SignIn:
    """What a person types; `code` is the second factor's, empty when he has none or has not been asked yet."""

    email: str
    password: str
    code: str = ""


class SecondFactorNeeded(Forbidden):
    """The password is right; the code of the second factor is owed."""

    rule = "akun.faktor_kedua"


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One of a person's sessions, as the list on his account page shows it."""

    key_hash: bytes
    created: datetime
    last_seen: datetime
    address: str
    agent: str
    second_factor: bool


class SigningIn:
    """Who may come in, and how long he stays."""

    def __init__(self, session: Session, throttle: Throttle, sealer: Sealer, now: datetime) -> None:
        self.session = session
        self.throttle = throttle
        self.sealer = sealer
        self.now = now

    def sign_in(self, wanted: SignIn, *, address: str, agent: str = "") -> tuple[str, Identity]:
        """A fresh session key and the identity behind it.

        Raises Invalid with one and the same text for a wrong password and an unknown account, SecondFactorNeeded,
        TooMany. The key is made here, after the password was right: nothing from before is carried over.
        """
        email = wanted.email.strip().lower()
        self.throttle.check(email, address, self.now)
        person = self._person(email)
        stored = person.password_hash if person is not None and person.active and not person.service else None
        if not secrets.verify_password(stored, wanted.password) or person is None:
            self.throttle.failed(email, address, self.now)
            raise self._refused()
        second = self._second_factor(person, wanted.code, email, address)
        self.throttle.succeeded(email)
        if secrets.needs_rehash(person.password_hash):
            self._store_password(person.id, wanted.password, changed=False)
        return self._open(person, second=second, address=address, agent=agent)

    def _person(self, email: str) -> Any:
        return self.session.execute(select(models.person).where(models.person.c.email == email)).one_or_none()

    @staticmethod
    def _refused() -> Invalid:
        message = _("Surel atau kata sandi tidak cocok.")
        return Invalid(message, fields={"email": [message]}, rule="akun.masuk")

    def _second_factor(self, person: Any, code: str, email: str, address: str) -> bool:
        """Whether the second factor was given; raises when it is owed or wrong. A code is good once."""
        if not person.totp_secret:
            return False
        if not code:
            raise SecondFactorNeeded(_("Masukkan kode 6 angka dari aplikasi autentikator."))
        step = self._matching_step(self.sealer.open(person.totp_secret), code, person.totp_last_step)
        if step is None:
            self.throttle.failed(email, address, self.now)
            message = _("Kode tidak cocok atau sudah dipakai. Tunggu kode berikutnya.")
            raise Invalid(message, fields={"code": [message]}, rule="akun.kode")
        self.session.execute(update(models.person).where(models.person.c.id == person.id).values(totp_last_step=step))
        return True

    def _matching_step(self, secret: str, code: str, last: int) -> int | None:
        """The time step whose code this is (one step either side), newer than the last one used."""
        totp = pyotp.TOTP(secret)
        digits = "".join(char for char in code if char.isdigit())
        here = int(self.now.timestamp()) // TOTP_STEP
        for step in (here - 1, here, here + 1):
            if step > last and pyotp.utils.strings_equal(totp.at(step * TOTP_STEP), digits):
                return step
        return None

    def _open(self, person: Any, *, second: bool, address: str, agent: str) -> tuple[str, Identity]:
        key = secrets.new_key()
        self.session.execute(
            insert(models.session).values(
                key_hash=secrets.key_hash(key),
                person_id=person.id,
                second_factor=second,
                created=self.now,
                last_seen=self.now,
                expires=self.now + SESSION_LIFE,
                address=address[:100],
                agent=agent[:200],
            )
        )
        return key, identity_of(self.session, person, second_factor=second, address=address)

    def resolve(self, key: str, *, address: str = "") -> Identity | None:
        """The identity of a session key, or None when it is unknown, over, idle too long, or its person inactive."""
        table = models.session
        row = self.session.execute(
            select(table.c.key_hash, table.c.second_factor, table.c.last_seen, *models.person.c)
            .join(models.person, models.person.c.id == table.c.person_id)
            .where(table.c.key_hash == secrets.key_hash(key), table.c.expires > self.now, models.person.c.active)
        ).one_or_none()
        if row is None or row.last_seen < self.now - IDLE_LIFE:
            return None
        if row.last_seen < self.now - timedelta(minutes=1):
            self.session.execute(update(table).where(table.c.key_hash == row.key_hash).values(last_seen=self.now))
        return identity_of(self.session, row, second_factor=row.second_factor, address=address)

    def sign_out(self, key: str) -> None:
        """End one session."""
        self.session.execute(delete(models.session).where(models.session.c.key_hash == secrets.key_hash(key)))

    def sessions(self, identity: Identity) -> list[SessionRow]:
        """The person's own sessions, newest use first."""
        table = models.session
        query = (
            select(
                table.c.key_hash,
                table.c.created,
                table.c.last_seen,
                table.c.address,
                table.c.agent,
                table.c.second_factor,
            )
            .where(table.c.person_id == identity.person_id, table.c.expires > self.now)
            .order_by(table.c.last_seen.desc())
        )
        return [SessionRow(*row) for row in self.session.execute(query)]

    def end_other_sessions(self, identity: Identity, keep: str = "") -> None:
        """End every session of the person but the one of key `keep`."""
        self.session.execute(
            delete(models.session).where(
                models.session.c.person_id == identity.person_id, models.session.c.key_hash != secrets.key_hash(keep)
            )
        )

    def change_password(self, identity: Identity, old: str, new: str, *, keep: str = "") -> None:
        """Set a new password; other sessions end. Raises Invalid for a wrong old or a weak new one."""
        person = self._by_id(identity.person_id)
        if not secrets.verify_password(person.password_hash, old):
            message = _("Kata sandi lama tidak cocok.")
            raise Invalid(message, fields={"old": [message]}, rule="akun.kata_sandi_lama")
        secrets.check_password(new, email=person.email, name=person.name)
        self._store_password(person.id, new, changed=True)
        self.end_other_sessions(identity, keep)

    def _by_id(self, person_id: UUID | None) -> Any:
        row = self.session.execute(select(models.person).where(models.person.c.id == person_id)).one_or_none()
        if row is None:
            raise NotFound
        return row

    def _store_password(self, person_id: UUID, password: str, *, changed: bool) -> None:
        values: dict[str, Any] = {"password_hash": secrets.hash_password(password)}
        if changed:
            values["password_changed"] = self.now
        self.session.execute(update(models.person).where(models.person.c.id == person_id).values(**values))

    def new_totp(self, identity: Identity, site: str) -> tuple[str, str]:
        """A fresh secret and its otpauth address, kept by nobody until `confirm_totp` sees a code of it."""
        secret = pyotp.random_base32()
        return secret, self.totp_address(identity, secret, site)

    @staticmethod
    def totp_address(identity: Identity, secret: str, site: str) -> str:
        """The otpauth address of a secret."""
        return pyotp.TOTP(secret).provisioning_uri(name=identity.email, issuer_name=site)

    def seal_pending(self, identity: Identity, secret: str) -> str:
        """A secret not yet confirmed, sealed for its person, to travel through the form."""
        return self.sealer.seal(f"{identity.person_id}:{secret}")

    def open_pending(self, identity: Identity, sealed: str) -> str:
        """The secret again. Raises NotFound for what was not sealed for this person."""
        try:
            owner, _sep, secret = self.sealer.open(sealed).partition(":")
        except SealError as error:
            raise NotFound from error
        if owner != str(identity.person_id):
            raise NotFound
        return secret

    def has_second_factor(self, identity: Identity) -> bool:
        """Whether the person has TOTP switched on."""
        return bool(self._by_id(identity.person_id).totp_secret)

    def confirm_totp(self, identity: Identity, secret: str, code: str) -> None:
        """Switch the second factor on. Raises Invalid when the code is not the secret's."""
        step = self._matching_step(secret, code, 0)
        if step is None:
            message = _("Kode tidak cocok. Periksa jam ponsel Anda lalu coba kode berikutnya.")
            raise Invalid(message, fields={"code": [message]}, rule="akun.kode")
        self.session.execute(
            update(models.person)
            .where(models.person.c.id == identity.person_id)
            .values(totp_secret=self.sealer.seal(secret), totp_last_step=step)
        )

    def drop_totp(self, identity: Identity, password: str) -> None:
        """Switch the second factor off; asks the password. Raises Invalid when it is wrong."""
        person = self._by_id(identity.person_id)
        if not secrets.verify_password(person.password_hash, password):
            message = _("Kata sandi tidak cocok.")
            raise Invalid(message, fields={"password": [message]}, rule="akun.kata_sandi_lama")
        self.session.execute(
            update(models.person).where(models.person.c.id == person.id).values(totp_secret=None, totp_last_step=0)
        )

    def link_owner(self, key: str) -> Any:
        """The person whom an unused, unexpired invitation or reset link is for. Raises NotFound."""
        table = models.link
        row = self.session.execute(
            select(table.c.kind, *models.person.c)
            .join(models.person, models.person.c.id == table.c.person_id)
            .where(
                table.c.token_hash == secrets.key_hash(key),
                table.c.used.is_(None),
                table.c.expires > self.now,
                models.person.c.active,
            )
        ).one_or_none()
        if row is None:
            raise NotFound
        return row

    def use_link(self, key: str, password: str, *, address: str, agent: str = "") -> tuple[str, Identity]:
        """Set the password by a link, end the person's sessions, sign him in. A link is good once."""
        person = self.link_owner(key)
        secrets.check_password(password, email=person.email, name=person.name)
        taken = self.session.execute(
            update(models.link)
            .where(models.link.c.token_hash == secrets.key_hash(key), models.link.c.used.is_(None))
            .values(used=self.now)
            .returning(models.link.c.person_id)
        ).one_or_none()
        if taken is None:
            raise NotFound
        self._store_password(person.id, password, changed=True)
        self.session.execute(delete(models.session).where(models.session.c.person_id == person.id))
        # a reset link does not stand for the second factor: with TOTP on, the session is without it
        return self._open(person, second=False, address=address, agent=agent)
