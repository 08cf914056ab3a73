"""Named exceptions of the portal. What status and page each becomes stands in one table, `portal/web/errors.py`.

Messages are for people: Indonesian, through gettext where they are raised. No exception text holds a secret, an
SQL text or a path of this machine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence


class PortalError(Exception):
    """Base of all refusals that a person may see. `rule` is a stable code that programs and tests rely on."""

    rule = "galat"

    def __init__(self, message: str = "", *, rule: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        if rule is not None:
            self.rule = rule


class NotFound(PortalError):
    """Nothing there, or nothing that this caller may know of (I7): one and the same answer."""

    rule = "tidak_ditemukan"


class Gone(PortalError):
    """A withdrawn version or dataset; `tombstone` is what may be shown of it (title, reason, withdrawn)."""

    rule = "ditarik"

    def __init__(self, tombstone: Mapping[str, str]) -> None:
        super().__init__(tombstone.get("reason", ""))
        self.tombstone = tombstone


class Forbidden(PortalError):
    """An act refused on what the caller may see, or on no object."""

    rule = "tidak_berwenang"


class SignInRequired(PortalError):
    """The office page needs a signed-in person."""

    rule = "perlu_masuk"


class Invalid(PortalError):
    """Input that does not hold: a message per field, each with the rule behind it.

    `fields` maps the field name to its messages; `findings` are the engine's findings when a file is refused.
    """

    rule = "masukan_salah"

    def __init__(
        self,
        message: str = "",
        *,
        fields: Mapping[str, Sequence[str]] | None = None,
        rule: str | None = None,
        findings: Sequence[object] = (),
    ) -> None:
        super().__init__(message, rule=rule)
        self.fields = {name: tuple(texts) for name, texts in (fields or {}).items()}
        self.findings = tuple(findings)


class RowInvalid(Invalid):
    """A batch of rows of which one does not hold; `row` is its place in the batch, from 0."""

    rule = "baris_salah"

    def __init__(self, message: str, row: int, *, field: str = "records", rule: str | None = None) -> None:
        super().__init__(message, fields={field: (message,)}, rule=rule)
        self.row = row


class Conflict(PortalError):
    """The act does not fit the present state; `allowed` lists what does (T25), nothing was changed."""

    rule = "bentrok"

    def __init__(self, message: str = "", *, allowed: Sequence[str] = (), rule: str | None = None) -> None:
        super().__init__(message, rule=rule)
        self.allowed = tuple(allowed)


class TooLarge(PortalError):
    """More bytes, rows or nesting than the limit that the message names."""

    rule = "terlalu_besar"


class TooMany(PortalError):
    """Rate limit; `retry_after` in seconds."""

    rule = "terlalu_sering"

    def __init__(self, message: str = "", *, retry_after: int = 60) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Unavailable(PortalError):
    """A part this answer needs does not answer (search engine, storage); the page says how to go on without it."""

    rule = "tidak_tersedia"

    def __init__(self, message: str = "", *, part: str = "") -> None:
        super().__init__(message)
        self.part = part
