"""The dump of the catalogue by the worker's jobs: made when there is none, closed and made again by a withdrawal."""

from __future__ import annotations

import gzip

from portal.catalog import bulk
from portal.ingest.bulk_copy import COPY
from tests.portal.ingest.house import CSV, House, run_of


def held(house: House) -> str | None:
    """The text of the dump that readers get."""
    with house.runtime.sessions["publisher"]() as session:
        found = bulk.current(session)
    return None if found is None else gzip.decompress(house.runtime.public_files.read(found.key)).decode()


def test_the_dump_follows_a_withdrawal(house: House) -> None:
    dataset_id, _resource = house.loaded(CSV.replace(b"Salem", b"Larangan"))
    house.checked(dataset_id)
    house.release(dataset_id)
    house.quick()
    house.handlers().sweep(run_of({}))
    house.quick()
    before = held(house)
    assert before is not None
    assert str(dataset_id) in before
    with house.act() as ingest:
        ingest.deciding.withdraw(house.people["wati"], dataset_id, "Uji penarikan")
    (job,) = house.pending("ingest.withdraw")
    house.handlers().release(run_of(job))
    assert held(house) is None
    assert list(house.runtime.public_files.keys(bulk.FOLDER)) == []
    (ordered,) = house.pending(COPY)
    house.handlers().copy(run_of(ordered))
    after = held(house)
    assert after is not None
    assert str(dataset_id) not in after
