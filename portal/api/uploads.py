"""A file that came with a call (multipart), as actions get it: a name, what the sender calls it, and a stream."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Annotated, Any, BinaryIO

from pydantic import PlainValidator, WithJsonSchema

from portal.api.arguments import refused
from portal.kernel.texts import gettext as _

LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Upload:
    """`filename` has no folders and may be empty; `stream` stands at its beginning, is seekable and read once, in
    pieces; nothing of it has been looked at. `media_type` is only what the sender says."""

    filename: str
    media_type: str
    stream: BinaryIO

    def size(self) -> int:
        """Bytes in the file; the stream stays where it was."""
        place = self.stream.tell()
        end = self.stream.seek(0, io.SEEK_END)
        self.stream.seek(place)
        return end


def clean_name(name: str | None) -> str:
    """The last part of what the sender calls the file, without control characters, at most 200 characters."""
    last = (name or "").replace("\\", "/").rpartition("/")[2]
    shown = "".join(character for character in last if character.isprintable() and not _surrogate(character)).strip()
    return shown[-LONGEST_NAME:] if shown.strip(".") else ""


def _surrogate(character: str) -> bool:
    return "\ud800" <= character <= "\udfff"


def as_upload(value: Any) -> Upload:
    """A file of a multipart call; a text (`upload=""` of a form without a file) is none."""
    if not isinstance(value, Upload):
        raise refused(_("Harus berupa berkas (multipart/form-data)"))
    return value


#: The type of an argument that is a file: `upload: File | None = None`.
File = Annotated[Upload, PlainValidator(as_upload), WithJsonSchema({"type": "string", "format": "binary"})]
