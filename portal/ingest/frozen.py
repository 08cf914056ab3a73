"""A version as the public side will hold it: one frozen value, with nothing in it that is not this version's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from portal.catalog.published import PublishedAgency, PublishedDataset, PublishedResource
from portal.contract.metadata import DatasetMetadata
from portal.ingest.people import AgencyFacts, KnowsGroups


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """When a version came out: `created` is the dataset's first release, `released` this version's."""

    created: datetime
    released: datetime
    order_id: UUID


def public_agency(agency: AgencyFacts) -> PublishedAgency:
    """The agency's public facts."""
    return PublishedAgency(
        id=agency.id,
        name=agency.name,
        title=agency.title,
        abbreviation=agency.abbreviation,
        description=agency.description,
        tingkat=agency.tingkat,
        region_code=agency.region_code,
        contact=dict(agency.contact),
        created=agency.created,
        image_url=agency.image_url,
        extras=tuple(agency.extras),
        approval_status=agency.approval_status,
    )


def freeze(
    people: KnowsGroups,
    dataset: tuple[UUID, str, int],
    metadata: DatasetMetadata,
    agency: AgencyFacts,
    resources: Sequence[PublishedResource],
    moment: Moment,
    notes: str = "",
) -> PublishedDataset:
    """The value for `dataset` (id, public name, version); groups as the register has them now."""
    key, name, version = dataset
    groups = metadata.chosen_groups
    return PublishedDataset(
        id=key,
        name=name,
        version=version,
        metadata=metadata,
        agency=public_agency(agency),
        resources=tuple(resources),
        created=moment.created,
        modified=moment.released,
        released=moment.released,
        order_id=moment.order_id,
        version_notes=notes,
        groups=people.groups(groups) if groups else None,
    )
