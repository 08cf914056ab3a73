"""Pictures that come with a call. Those of organisations are public by nature and lie among the public files; a
person's is kept in the vault's file root, sealed, and shown to who may see the person."""

from __future__ import annotations

from pathlib import Path

from portal.api.office.call import OfficeCall
from portal.api.office.checks import Checks
from portal.api.uploads import Upload
from portal.catalog import images
from portal.kernel.errors import NotFound, Unavailable
from portal.kernel.seal import Sealer
from portal.kernel.storage import FileRoot, StorageError
from portal.kernel.texts import gettext as _
from portal.web.request import Runtime

ADDRESS = "/uploads/user/"


def sent(value: object, checks: Checks) -> images.Picture | None:
    """The picture of a multipart call; None for a field without a file, and for a fault, which is noted."""
    if not isinstance(value, Upload) or not value.filename:
        return None
    with value.stream as stream:
        data = stream.read(images.LARGEST + 1)
    if len(data) > images.LARGEST:
        checks.fail("upload", _("Berkas terlalu besar: gambar paling besar %(n)s MB", n=images.LARGEST // 2**20))
        return None
    found = images.picture(data)
    if found is None:
        checks.fail("image_upload", _("Gambar harus berupa PNG, JPEG, GIF, atau WebP"))
    return found


def address_of_person(call: OfficeCall, picture: images.Picture) -> str:
    """The whole address of a person's picture: on the office, which knows who may see it."""
    return f"{call.portal.office_url}{ADDRESS}{picture.name}"


def keep_of_person(call: OfficeCall, picture: images.Picture) -> None:
    """Seal the picture and keep it. Raises Unavailable where the process has no vault."""
    root, sealer = _kept(call.runtime)
    root.put(_key(picture.name), sealer.seal_bytes(picture.data))


def of_person(runtime: Runtime, name: str) -> bytes:
    """A person's picture by its name. Raises NotFound."""
    if not images.NAME.fullmatch(name):
        raise NotFound
    root, sealer = _kept(runtime)
    try:
        return sealer.open_bytes(root.read(_key(name)))
    except StorageError as error:
        raise NotFound from error


def _kept(runtime: Runtime) -> tuple[FileRoot, Sealer]:
    key_file = getattr(runtime.settings, "session_key_file", "")
    if runtime.vault_files is None or not key_file:
        raise Unavailable
    return runtime.vault_files, Sealer.from_file(Path(key_file), "foto")


def _key(name: str) -> str:
    return f"foto/{name[:2]}/{name}"
