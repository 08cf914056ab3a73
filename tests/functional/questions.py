"""What citizens and programs ask of the public side: fixed addresses whose answers no secret may change (T08)."""

from __future__ import annotations

from urllib.parse import quote

from geo.tiles.grid import tile_at
from tests.functional.world import POINT, World

PAGES = (
    "/", "/dataset", "/organization", "/group", "/organization/dinas-kesehatan", "/organization/diskominfotik",
    "/group/sosial", "/wilayah/33.29", "/wilayah/33.29.01", "/tentang", "/tentang/maklumat", "/api",
    "/feeds/dataset.atom", "/sitemap.xml", "/robots.txt", "/batas/33.29.geojson", "/tidak-ada", "/dataset/tidak-ada",
)  # fmt: skip
SEARCHES = (
    "q=rumah+aman", "q=korban", "q=penduduk", "q=puskesmas", "q=rumha", "tags=rumah+aman",
    "organization=dinas-kesehatan", "groups=sosial", "urut=terbaru", "urut=judul", "urut=unduhan",
    "q=tempat&urut=relevan", "page=2",
)  # fmt: skip
SUGGESTIONS = ("r", "ru", "rumah", "rumah a", "kor", "b", "leta", "sandi", "pendamping")
ACTIONS = (
    "package_list", "package_search", "package_search?rows=0", "package_search?fq=tags:%22rumah+aman%22",
    "package_search?q=rumah+aman&facet.field=[%22tags%22,%22organization%22,%22groups%22]",
    "package_search?q=*:*&sort=metadata_modified+desc",
    "organization_list?all_fields=true", "group_list?all_fields=true", "tag_list", "tag_list?query=rumah",
    "package_autocomplete?q=rumah", "organization_show?id=dinas-kesehatan&include_datasets=true", "license_list",
    "status_show", "help_show?name=package_show", "resource_search?query=name:peta",
    "current_package_list_with_resources",
)  # fmt: skip


def questions(world: World) -> tuple[str, ...]:
    """At least forty addresses of every kind, in both languages where there are two."""
    longitude, latitude = POINT
    box = f"{longitude - 0.05},{latitude - 0.05},{longitude + 0.05},{latitude + 0.05}"
    searches = [f"/dataset?{item}" for item in (*SEARCHES, f"ext_bbox={quote(box)}", f"ext_bbox={quote(box)}&dalam=1")]
    paths = [
        *PAGES,
        *searches,
        *(f"/dataset/saran?q={quote(item)}" for item in SUGGESTIONS),
        *(f"/api/3/action/{item}" for item in ACTIONS),
        f"/api/3/action/package_search?ext_bbox={quote(box)}",
        "/?lang=en", "/dataset?lang=en&q=rumah+aman", "/feeds/dataset.atom?lang=en",
    ]  # fmt: skip
    return (*paths, *_of_datasets(world))


def searches(world: World) -> tuple[str, ...]:
    """Those that the search engine answers."""
    asked = ("/dataset?", "/dataset/saran", "/api/3/action/package_search", "/group/", "/organization/", "/wilayah/")
    return tuple(path for path in questions(world) if path.startswith(asked) or path == "/dataset")


def _of_datasets(world: World) -> list[str]:
    """Pages, data, tiles and TileJSON of what is released."""
    paths = []
    for title, (dataset_id, resource_id) in world.public.items():
        name = world.name_of(title)
        paths += [
            f"/dataset/{name}", f"/dataset/{name}?lang=en", f"/dataset/{dataset_id}/resource/{resource_id}",
            f"/dataset/{name}/versi/1", f"/tabel/{resource_id}", f"/grafik/{resource_id}",
            f"/datastore/dump/{resource_id}", f"/api/3/action/package_show?id={name}",
            f"/api/3/action/datastore_search?resource_id={resource_id}",
            f"/dataset/{name}/resource/{resource_id}/download",
        ]  # fmt: skip
    layer = world.public["Balai pertemuan"][1]
    base = f"/tiles/{layer}/1"
    tiles = [tile_at(*POINT, zoom) for zoom in range(19)]
    paths += [f"{base}/{tile.z}/{tile.x}/{tile.y}.mvt" for tile in tiles]
    paths += [f"{base}/{name}" for name in ("tilejson.json", "style.json", "objek.geojson", "objek/1.geojson")]
    return [*paths, f"/peta/{layer}"]
