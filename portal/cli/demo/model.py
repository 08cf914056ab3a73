"""What the demo consists of: agencies, people, datasets and the bytes of their files, with no database in sight."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from config.profile import Agency, Profile
from config.vocabularies import SubjectGroup
from portal.contract.metadata import ColumnEntry, DatasetMetadata
from portal.kernel.identity import Role

Target = Literal["terbit", "diajukan", "draf", "dikecualikan"]
Kind = Literal["tabel", "layer"]


class DemoUnavailableError(ValueError):
    """The profile has no boundaries to draw sample data in; the message says so in Indonesian."""


@dataclass(frozen=True, slots=True)
class DemoRole:
    """One role at one agency, by the agency's slug."""

    role: Role
    agency: str


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """An invented officer. No password: it is made at the first start, for those with `sign_in` only.

    Hashing a password is slow by design, so the others wait for an invitation, as new officers do.
    """

    username: str
    name: str
    email: str
    position: str
    roles: tuple[DemoRole, ...]
    sign_in: bool = False


@dataclass(frozen=True, slots=True)
class DemoFile:
    """One file of a dataset. `content` makes its bytes, the same each time.

    `header_rows` are 1-based rows of the header in `sheet` (empty for layers); `rows` counts the data rows or
    features; `epsg` is the CRS the coordinates are written in; `encoding` is that of text or attributes.
    """

    filename: str
    title: str
    kind: Kind
    format: str
    content: Callable[[], bytes] = field(compare=False, repr=False)
    columns: tuple[ColumnEntry, ...] = ()
    rows: int = 0
    sheet: str = ""
    header_rows: tuple[int, ...] = ()
    encoding: str = "utf-8"
    epsg: int | None = None
    geometry_type: str = ""


@dataclass(frozen=True, slots=True)
class DemoExemption:
    """Why a dataset is exempt: what a consequence test and its letter record (KIP 17, PERKI 49).

    `register_title` is how the DIK names it, without revealing content; `years` is the period.
    """

    grounds: tuple[str, ...]
    other_act: str
    if_opened: str
    if_closed: str
    register_title: str
    years: int


@dataclass(frozen=True, slots=True)
class DemoDataset:
    """A dataset as an officer would hand it in, and how far the demo takes it (`target`)."""

    name: str
    agency: str
    metadata: DatasetMetadata
    parts: tuple[DemoFile, ...]
    target: Target = "terbit"
    sample: bool = True
    exemption: DemoExemption | None = None

    def files(self) -> tuple[tuple[str, bytes], ...]:
        """(file name, bytes) of every file, made now and always the same."""
        return tuple((part.filename, part.content()) for part in self.parts)


@dataclass(frozen=True, slots=True)
class DemoPlan:
    """Everything the loader needs for one profile and one seed."""

    profile: Profile
    seed: int
    agencies: tuple[Agency, ...]
    groups: tuple[SubjectGroup, ...]
    people: tuple[DemoPerson, ...]
    datasets: tuple[DemoDataset, ...]
    canaries: tuple[str, ...]

    def dataset(self, name: str) -> DemoDataset:
        """The dataset of this name. Raises KeyError."""
        for dataset in self.datasets:
            if dataset.name == name:
                return dataset
        raise KeyError(name)

    def person_with(self, role: Role, agency: str | None = None) -> DemoPerson:
        """The first person who holds `role` (at `agency`, if named). Raises KeyError."""
        for person in self.people:
            if any(held.role == role and agency in {None, held.agency} for held in person.roles):
                return person
        raise KeyError((role, agency))
