"""Refusals of the vault that carry more than a message."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from portal.kernel.errors import Conflict, PortalError
from portal.kernel.texts import gettext as _


class Stale(Conflict):
    """Somebody else changed the dataset since the caller read it: who, when, and the revision that stands now."""

    rule = "revisi_usang"

    def __init__(self, changed_by: UUID, changed_at: datetime, revision: int) -> None:
        super().__init__(_("Dataset ini telah diubah oleh orang lain sejak Anda membukanya."))
        self.changed_by = changed_by
        self.changed_at = changed_at
        self.revision = revision


class WrongOffset(Conflict):
    """A chunk does not start where the upload stands; `offset` is where the next one must start."""

    rule = "posisi_unggahan"

    def __init__(self, offset: int) -> None:
        super().__init__(_("Potongan berkas tidak melanjutkan unggahan yang ada."))
        self.offset = offset


class FileDamaged(PortalError):
    """A sealed file was cut, reordered, swapped or altered, or its key does not fit: nothing of it is given out."""

    rule = "berkas_rusak"


class KeyFileError(Exception):
    """The key file is missing, unreadable or lacks a key that a file needs; said at start, without any secret."""
