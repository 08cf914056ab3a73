"""Files and resumable uploads under an opening: sealed, resumable, and gone when their transaction is (I11)."""

from __future__ import annotations

import io
import random
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

import pytest

from portal.access.rows import FileDamaged, WrongOffset, private_folder
from portal.kernel.errors import Conflict, NotFound, TooLarge
from portal.kernel.identity import Role
from portal.vault.files import chunk_path
from tests.portal.access.world import World


@pytest.fixture
def home(world: World):
    agency = world.agency()
    maker = world.person(agency, Role.PRODUSEN)
    return agency, maker, world.dataset(maker, agency)


def stored(world: World) -> set[str]:
    return set(world.files.root.keys())


def test_a_file_comes_back_whole_in_parts_and_as_a_private_copy(world: World, home, tmp_path: Path) -> None:
    _, maker, dataset = home
    plain = random.Random(7).randbytes(2_500_000)
    (tmp_path / "asli").write_bytes(plain)
    with world.opened(maker, dataset, "ubah") as vault:
        row = vault.files.add(dataset, 1, tmp_path / "asli")
    assert (row.sha256, row.size) == (sha256(plain).hexdigest(), len(plain))
    with world.opened(maker, dataset) as vault:
        assert b"".join(vault.files.read(row)) == plain
        assert b"".join(vault.files.read(row, 1_048_570, 1_048_590)) == plain[1_048_570:1_048_590]
        assert vault.files.of_version(dataset, 1) == (row,)
        with private_folder(tmp_path) as folder:
            vault.files.export_to(row, folder / "salinan")
            assert (folder / "salinan").read_bytes() == plain
    assert not folder.exists()


def test_the_same_bytes_twice_are_one_file_under_one_key(world: World, home) -> None:
    _, maker, dataset = home
    with world.opened(maker, dataset, "ubah") as vault:
        one = vault.files.add(dataset, 1, iter([b"sama"]))
        other = vault.files.add(dataset, 1, io.BytesIO(b"lain"))
        assert one.wrapped_key == other.wrapped_key
    before = stored(world)
    with world.opened(maker, dataset, "ubah") as vault:
        assert vault.files.add(dataset, 1, iter([b"sa", b"ma"])) == one
    assert stored(world) == before


def test_objects_follow_their_transaction(world: World, home) -> None:
    _, maker, dataset = home
    before = stored(world)
    with world.session() as session:
        access = world.access(session)
        proof = access.work_pass(maker, dataset, "ubah")
        access.enter(proof).files.add(dataset, 1, iter([b"tidak jadi"]))
        assert len(stored(world)) == len(before) + 1
        session.rollback()
        assert stored(world) == before
        vault = access.enter(proof)
        with session.begin_nested():
            row = vault.files.add(dataset, 1, iter([b"jadi"]))
        session.commit()
        assert row.path in stored(world)
        vault = access.enter(proof)
        vault.files.remove(row)
        session.rollback()
        assert row.path in stored(world)
        access.enter(proof).files.remove(row)
        assert row.path in stored(world)
        session.commit()
        assert row.path not in stored(world)
        with pytest.raises(NotFound):
            access.enter(proof).files.remove(row)


def test_a_row_kept_from_an_earlier_opening_reads_nothing(world: World, home) -> None:
    agency, maker, dataset = home
    with world.opened(maker, dataset, "ubah") as vault:
        row = vault.files.add(dataset, 1, iter([b"rahasia"]))
    other = world.dataset(maker, agency)
    with world.opened(maker, other, "ubah") as vault:
        with pytest.raises(NotFound):
            vault.files.read(row)
        with pytest.raises(NotFound):
            vault.files.add(dataset, 1, iter([b"x"]))
    world.exempt(dataset)
    with world.opened(maker, other) as vault, pytest.raises(NotFound):
        vault.files.read(row)


def test_an_upload_resumes_where_it_stands(world: World, home) -> None:
    _, maker, dataset = home
    plain = random.Random(8).randbytes(3_000_001)
    with world.opened(maker, dataset, "ubah") as vault:
        upload = vault.uploads.start(dataset, "data.csv", len(plain))
    with world.opened(maker, dataset, "ubah") as vault:
        vault.uploads.append(upload.id, 0, io.BytesIO(plain[:1_500_000]))
    # the connection breaks while the second chunk comes in: its transaction is rolled back
    with world.opened(maker, dataset, "ubah") as vault:
        vault.uploads.append(upload.id, 1_500_000, iter([plain[1_500_000:1_600_000]]))
        vault.uploads._opened.session.rollback()
    with world.opened(maker, dataset, "ubah") as vault:
        with pytest.raises(WrongOffset) as told:
            vault.uploads.append(upload.id, 1_600_000, io.BytesIO(plain[1_600_000:]))
        assert told.value.offset == 1_500_000
        with pytest.raises(WrongOffset):
            vault.uploads.finish(upload.id, 1)
        assert [row.id for row in vault.uploads.unfinished(dataset)] == [upload.id]
        assert vault.uploads.append(upload.id, 1_500_000, io.BytesIO(b"")).received == 1_500_000
        with pytest.raises(TooLarge):
            vault.uploads.append(upload.id, 1_500_000, io.BytesIO(plain[1_500_000:] + b"x"))
        assert vault.uploads.get(upload.id).received == 1_500_000
        assert vault.uploads.append(upload.id, 1_500_000, io.BytesIO(plain[1_500_000:])).received == len(plain)
    with world.opened(maker, dataset, "ubah") as vault:
        row = vault.uploads.finish(upload.id, 1)
        assert chunk_path(upload.id, 0) in stored(world)
    assert row.sha256 == sha256(plain).hexdigest()
    assert not [key for key in stored(world) if key.startswith("unggahan/")]
    with world.opened(maker, dataset, "ubah") as vault:
        assert b"".join(vault.files.read(row)) == plain
        assert vault.uploads.unfinished(dataset) == ()
        with pytest.raises(Conflict):
            vault.uploads.append(upload.id, len(plain), io.BytesIO(b"x"))
        with pytest.raises(Conflict):
            vault.uploads.finish(upload.id, 1)


def test_an_empty_upload_and_a_cancelled_one(world: World, home) -> None:
    _, maker, dataset = home
    with world.opened(maker, dataset, "ubah") as vault:
        empty = vault.uploads.start(dataset, "kosong.csv", 0)
        row = vault.uploads.finish(empty.id, 1)
        assert row.size == 0
        assert b"".join(vault.files.read(row)) == b""
        given_up = vault.uploads.start(dataset, "batal.csv", 4)
        vault.uploads.append(given_up.id, 0, io.BytesIO(b"ab"))
    with world.opened(maker, dataset, "ubah") as vault:
        vault.uploads.cancel(given_up.id)
    assert not [key for key in stored(world) if key.startswith("unggahan/")]
    with world.opened(maker, dataset, "ubah") as vault, pytest.raises(NotFound):
        vault.uploads.get(uuid4())


def test_a_swapped_chunk_is_found_at_the_end_and_leaves_no_file(world: World, home) -> None:
    _, maker, dataset = home
    with world.opened(maker, dataset, "ubah") as vault:
        upload = vault.uploads.start(dataset, "data.csv", 8)
        vault.uploads.append(upload.id, 0, io.BytesIO(b"satu"))
        vault.uploads.append(upload.id, 4, io.BytesIO(b"dua!"))
    root = world.files.root
    root.put(chunk_path(upload.id, 0), root.read(chunk_path(upload.id, 4)))
    before = stored(world)
    with pytest.raises(FileDamaged), world.opened(maker, dataset, "ubah") as vault:
        vault.uploads.finish(upload.id, 1)
    assert stored(world) == before
