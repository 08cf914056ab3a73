"""The room's services are offered once a process, and a process without its key does not start (I2, I3)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from config.profile import load_profile
from config.settings import OfficeSettings, PublicSettings
from portal.access.rows import KeyFileError
from portal.access.service import AccessService
from portal.access.wiring import offer
from portal.audit.chain import verify
from portal.audit.service import AuditService
from portal.kernel.db import session_factory
from portal.kernel.identity import Role
from portal.web.request import Runtime
from tests.portal.access.world import World


def runtime(world: World, key_file: Path, **changes: Any) -> Runtime:
    settings = OfficeSettings(
        public_database_url=world.databases.addresses.public,
        office_database_url=world.databases.addresses.office,
        publisher_database_url=world.databases.addresses.publisher,
        public_storage_url=str(world.folder / "publik"),
        vault_storage_url=str(world.folder / "berkas"),
        vault_key_file=key_file,
        session_key_file=key_file,
    )
    values: dict[str, Any] = {
        "audience": "office",
        "settings": settings,
        "profile": load_profile("brebes"),
        "sessions": {"office": session_factory(world.engine)},
        "public_files": world.files.root,
        "search": None,
        "vault_files": world.files.root,
        **changes,
    }
    return Runtime(**values)


def test_a_scope_has_its_own_service_on_its_session(world: World) -> None:
    made = runtime(world, world.folder / "kunci.json")
    offer(made)
    agency = world.agency()
    maker = world.person(agency, Role.PRODUSEN)
    scope = made.scope(maker)
    access = scope.service(AccessService)
    dataset, proof = access.new_dataset(maker, agency)
    access.enter(proof).datasets.create(dataset, agency, "lewat-lingkup", {})
    scope.service(AuditService).note(maker, "uji", dataset_id=dataset)
    scope.commit()
    scope.close()
    assert [act for act, _ in world.lines(dataset)] == ["buat", "uji"]
    world.engine.dispose()


def test_without_its_key_no_start(world: World, tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match="PORTAL_VAULT_KEY_FILE"):
        offer(runtime(world, tmp_path / "tidak-ada"))


def test_the_public_process_cannot_have_it(world: World) -> None:
    settings = PublicSettings(public_database_url="postgresql://x", public_storage_url="x")
    with pytest.raises(ValueError, match="office and worker"):
        offer(runtime(world, world.folder / "kunci.json", settings=settings))
    with pytest.raises(ValueError, match="office and worker"):
        offer(runtime(world, world.folder / "kunci.json", vault_files=None))


def test_many_at_once_make_one_unbroken_chain(world: World) -> None:
    agency = world.agency()
    maker = world.person(agency, Role.PRODUSEN)
    dataset = world.dataset(maker, agency)
    before = len(world.lines())

    def work(_: int) -> None:
        with world.opened(maker, dataset, "ubah") as vault:
            world.record(vault.datasets._opened.session).note(maker, "uji", dataset_id=dataset)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(work, range(24)))
    assert len(world.lines()) == before + 48
    with world.engine.connect() as connection:
        assert verify(connection).sound
