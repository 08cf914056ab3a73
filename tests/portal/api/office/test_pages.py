"""Pages of datasets that came through the API: links lead away, a dataset may have nothing at all."""

from __future__ import annotations

from tests.portal.api.office.world import OfficeWorld


def test_pages_of_links_and_of_nothing(ckan: OfficeWorld) -> None:
    made = ckan.package(
        title="Data air bersih", resources=[{"url": "https://contoh.id/air.csv", "name": "Air", "format": "CSV"}]
    )
    empty = ckan.package(title="Belum ada isinya")
    client = ckan.public().test_client()
    page = client.get(f"/dataset/{made['name']}")
    assert page.status_code == 200
    assert "https://contoh.id/air.csv" in page.get_data(as_text=True)
    resource = client.get(f"/dataset/{made['name']}/resource/{made['resources'][0]['id']}")
    assert resource.status_code == 200
    assert "https://contoh.id/air.csv" in resource.get_data(as_text=True)
    assert client.get(f"/dataset/{empty['name']}").status_code == 200
    found = client.get("/dataset?q=air")
    assert f"/dataset/{made['name']}" in found.get_data(as_text=True)


def test_officers_see_drafts_and_releases_of_the_api(ckan: OfficeWorld) -> None:
    made = ckan.package(title="Rancangan lewat API", private=True, resources=[{"url": "https://contoh.id/x"}])
    browser = ckan.office.sign_in("siti")
    page = browser.get(f"/data/{made['id']}")
    assert page.status_code == 200
    assert "Rancangan lewat API" in page.get_data(as_text=True)
    link = browser.get(f"/data/{made['id']}/berkas/{made['resources'][0]['id']}")
    assert link.status_code == 200
    out = ckan.package(title="Sudah terbit")
    assert browser.get(f"/data/{out['id']}").status_code == 200
