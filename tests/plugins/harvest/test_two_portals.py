"""A regency harvests another portal of ours by its public process, as it would any CKAN."""

from __future__ import annotations

from tests.plugins.harvest.world import Fields
from tests.serving import served


def test_a_portal_of_ours_is_a_ckan_to_harvest(ckan_fields: Fields, regency: Fields) -> None:
    provider = ckan_fields.office
    made = [provider.package(title=f"Luas panen {year}", tags=[{"name": "padi"}]) for year in (2023, 2024)]
    provider.package(private=True)
    with served(provider.public()) as url:
        config = '{"fq": "tags:padi", "default_tags": [{"name": "panen"}]}'
        source = regency.source(url=url, config=config)
        job = regency.harvest(source)
        assert (job["stats"]["added"], job["stats"]["errored"]) == (2, 0), job
        for remote in made:
            found = regency.package(remote["id"])
            assert found["title"] == remote["title"]
            assert {row["name"] for row in found["tags"]} == {"padi", "panen"}
        provider.result("package_patch", {"id": made[0]["id"], "title": "Luas panen, diperbaiki"})
        provider.result("package_delete", {"id": made[1]["id"]})
        job = regency.harvest(source)
        assert (job["stats"]["updated"], job["stats"]["deleted"], job["stats"]["errored"]) == (1, 1, 0), job
    assert regency.package(made[0]["id"])["title"] == "Luas panen, diperbaiki"
    assert regency.package(made[1]["id"])["state"] == "deleted"
