"""Builds the dump of the public catalogue: what is published already, in one file, so that nobody has to crawl."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.catalog import bulk
from portal.catalog.bulk import BulkFile
from portal.kernel.storage import FileRoot, sha256_file
from portal.operations.jobs import JobOrder, defer

COPY = "ingest.salinan"

#: A withdrawal while the file is built makes it worthless; so many times in a row it is built anew at once.
TRIES = 5
_BATCH = 1_000


def queue_copy(session: Session) -> int:
    """Order a new dump in the caller's transaction; one that waits already is enough."""
    return defer(session, JobOrder(COPY, "katalog", queueing_lock=COPY))


class BulkCopy:
    """The verb. `session` is the publisher's; it commits by itself, since a file cannot be rolled back."""

    def __init__(self, session: Session, files: FileRoot, clock: Callable[[], datetime] | None = None) -> None:
        self._session = session
        self._files = files
        self._clock = clock or (lambda: datetime.now(UTC))

    def build(self) -> BulkFile | None:
        """Build, point readers at it, remove older files; None when withdrawals came between every time.

        Repeatable: the same catalogue gives the same bytes and so the same file.
        """
        for _attempt in range(TRIES):
            seen = bulk.state(self._session)
            self._session.rollback()
            with TemporaryDirectory(prefix="salinan-") as folder:
                path = Path(folder) / bulk.FILENAME
                count = self._write(path)
                sha256, size = sha256_file(path)
                made = BulkFile(sha256, size, count, self._clock().astimezone(UTC).isoformat(timespec="seconds"))
                if self._publish(path, made, seen):
                    return made
        return None

    def _write(self, path: Path) -> int:
        """Every live document, by name, a line each; all of one moment."""
        count = 0
        with path.open("wb") as raw, gzip.GzipFile("", "wb", 6, raw, mtime=0) as out:
            rows = self._session.execute(
                text('SELECT doc FROM catalog.dataset ORDER BY name COLLATE "C"'),
                execution_options={"yield_per": _BATCH},
            )
            for (document,) in rows:
                out.write(document.encode() + b"\n")
                count += 1
        self._session.rollback()
        return count

    def _publish(self, path: Path, made: BulkFile, seen: dict[str, object] | None) -> bool:
        """The file, then the pointer, under the lock of the folder: no sweep takes the file in between."""
        bulk.lock(self._session)
        self._files.put(made.key, path)
        pointed = bulk.point(self._session, seen, made)
        bulk.sweep(self._session, self._files)
        self._session.commit()
        return pointed
