"""I1, I3, I7, domain.md 8.5: what is not published is nowhere outside, whatever a visitor follows, guesses or types."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from portal.api import registry
from portal.operations.mail import TASK_NAME
from tests.functional.conftest import Told, logged
from tests.functional.traces import files_below, found_in, point_forms
from tests.functional.visits import Answer, Visitor, identifiers, masked, query, twin, twin_word
from tests.functional.world import POINT, World, every_row

SEARCH = "/api/3/action/package_search"
PLACE = point_forms(*POINT)
#: Parameters of pages, plugins and feeds; each gets every word in turn.
PARAMETERS = (
    "q", "tags", "organization", "groups", "res_format", "license_id", "jenis", "tingkat", "tahun", "ext_bbox", "urut",
    "page", "ukuran", "k.kecamatan", "k.kecamatan.isi", "k.nama.isi", "bbox", "mulai", "lang", "format", "fields",
    "sort", "filters", "incomplete",
)  # fmt: skip
#: How a word is asked for in CKAN's query language.
QUERIES = (
    "{}", "title:{}", "tags:{}", "name:*{}*", "{}*", "notes:{}~1", "id:{}", "organization:{}", "res_name:{}", "text:{}",
)  # fmt: skip


def hits(answers: Iterator[Answer] | Sequence[Answer], world: World) -> dict[str, set[str]]:
    """Address → what must not stand in its answer."""
    wanted = (*world.words, *world.ids, *(secret.name for secret in world.secrets.values()))
    found = {answer.path: answer.holds(wanted, PLACE) for answer in answers}
    return {path: words for path, words in found.items() if words}


@pytest.fixture(scope="session")
def crawled(told: Told) -> dict[str, Answer]:
    """Everything that links lead to from the front page, in both languages, and what machines begin with."""
    start = (
        "/",
        "/?lang=en",
        "/sitemap.xml",
        "/feeds/dataset.atom",
        "/robots.txt",
        "/health",
        "/api/3/action/package_search",
    )
    return told.visitor.crawl(start)


def test_nothing_that_links_lead_to_holds_a_secret(told: Told, crawled: dict[str, Answer]) -> None:
    """Pages, files, feeds, sitemap, styles, TileJSON, assets: bodies in every reading, and headers."""
    assert hits(list(crawled.values()), told.world) == {}
    reached = {path.split("?")[0].split("/")[1] for path in crawled}
    assert {"", "dataset", "organization", "group", "wilayah", "berkas", "tiles", "feeds", "aset", "tabel"} <= reached
    assert len(crawled) > 120


def test_T02_what_nobody_classified_is_closed(told: Told) -> None:
    """`belum_ditetapkan` by default; the citizen's answer is that of a dataset that never was."""
    secret = told.world.secrets["draft"]
    row = told.world.house.office.execute(
        "SELECT sifat FROM vault.register WHERE dataset_id = %s", (secret.dataset_id,)
    )
    assert row.fetchone() == ("belum_ditetapkan",)
    for path in (
        f"/dataset/{secret.name}",
        f"/tabel/{secret.resource_ids[0]}",
        f"/datastore/dump/{secret.resource_ids[0]}",
    ):
        assert told.visitor.ask(path).status == 404


def test_tiles_over_the_place_hold_nothing_at_any_zoom(told: Told) -> None:
    tiles = [answer for path, answer in told.before.items() if path.endswith(".mvt")]
    assert len(tiles) == 19
    assert any(answer.status == 200 and answer.body for answer in tiles)
    assert hits([told.visitor.ask(answer.path) for answer in tiles], told.world) == {}


def same_for_both(visitor: Visitor, one: str, two: str, tokens: Sequence[Sequence[str]]) -> None:
    """An address with a secret in it answers as with a word that stands nowhere, what was typed aside.

    A third question goes before, so that neither is the one that fills what the process remembers (lists, counters).
    """
    visitor.ask(f"{two}0")
    first, second = visitor.both(one, two)
    assert masked(first, tokens[0]) == masked(second, tokens[1]), (one, two)


def test_the_words_find_nothing_on_any_page(told: Told) -> None:
    """In every parameter of every page: search, suggestions, did-you-mean, facets, boxes, table filters, languages."""
    pages = [rule.rule for rule in told.world.app.url_map.iter_rules() if not rule.arguments]
    title, (_dataset_id, resource_id) = next(iter(told.world.public.items()))
    pages += [f"/dataset/{told.world.name_of(title)}", f"/tabel/{resource_id}", f"/datastore/dump/{resource_id}"]
    pages += [f"/tabel/{resource_id}/tampilan.csv", "/organization/dinas-kesehatan"]
    words = told.world.words
    for number, (page, name) in enumerate((page, name) for page in pages for name in PARAMETERS):
        some = words if (page, name) in {("/dataset", "q"), ("/dataset/saran", "q")} else [words[number % len(words)]]
        for word in some:
            other = twin_word(word)
            one, two = query(page, **{name: word}), query(page, **{name: other})
            same_for_both(told.visitor, one, two, [[word], [other]])


def mistyped(word: str) -> tuple[str, ...]:
    """A beginning, a letter left out, two letters changed round."""
    return word[: len(word) - 3], word[:4] + word[5:], word[:3] + word[4] + word[3] + word[5:]


@pytest.mark.parametrize("engine", ["postgresql", "elasticsearch"])
def test_nearly_typed_words_are_not_completed(told: Told, engine: str) -> None:
    """Suggestions and did-you-mean know the public vocabulary only."""
    visitor = told.visitor if engine == "postgresql" else told.elastic
    words = [word for word in told.world.words if word.isalpha()]
    paths = [
        query(page, q=text)
        for word in words
        for text in mistyped(word)
        for page in (
            "/dataset",
            "/dataset/saran",
            "/api/3/action/package_autocomplete",
            "/api/3/action/tag_autocomplete",
        )
    ]
    assert hits([visitor.ask(path) for path in paths], told.world) == {}


def test_the_words_find_nothing_over_elasticsearch(told: Told) -> None:
    for word in told.world.words:
        other = twin_word(word)
        for page, name in (
            ("/dataset", "q"),
            ("/dataset/saran", "q"),
            ("/dataset", "tags"),
            (SEARCH, "q"),
            (SEARCH, "fq"),
        ):
            one, two = query(page, **{name: word}), query(page, **{name: other})
            same_for_both(told.elastic, one, two, [[word], [other]])


def test_both_elasticsearch_indexes_hold_nothing(told: Told) -> None:
    told_by_node = told.world.node.everything()
    assert told.world.name_of("Balai pertemuan") in told_by_node
    hidden = [told.world.secrets[name] for name in ("exempt", "recalled")]
    wanted = [word for secret in hidden for word in (*secret.words, *secret.ids)]
    assert found_in(told_by_node.encode(), wanted) == set()


def api_questions(world: World, word: str, number: int) -> list[tuple[str, str]]:
    """(action, parameter) pairs whose turn it is for this word."""
    pairs = [
        (action.name, field.alias or name)
        for action in registry.ACTIONS.values()
        for name, field in action.arguments.model_fields.items()
    ]
    return [pair for place, pair in enumerate(pairs) if place % 4 == number % 4 or pair[1] in {"q", "fq", "query"}]


def test_the_words_find_nothing_through_the_api(told: Told) -> None:
    """Every parameter of every action by GET; CKAN's query language; by POST as JSON too."""
    for number, word in enumerate(told.world.words):
        other, tokens = twin_word(word), [[word], [twin_word(word)]]
        for action, name in api_questions(told.world, word, number):
            path = f"/api/3/action/{action}"
            same_for_both(told.visitor, query(path, **{name: word}), query(path, **{name: other}), tokens)
        path = SEARCH
        for form in QUERIES:
            for name in ("q", "fq"):
                one, two = query(path, **{name: form.format(word)}), query(path, **{name: form.format(other)})
                same_for_both(told.visitor, one, two, tokens)
        told.visitor.ask(path, method="POST", json={"q": f"{other}0", "facet.field": ["tags"]})
        told.visitor.asked += told.visitor.asked % 2
        first = told.visitor.ask(path, method="POST", json={"q": word, "facet.field": ["tags"]})
        second = told.visitor.ask(path, method="POST", json={"q": other, "facet.field": ["tags"]})
        assert masked(first, tokens[0]) == masked(second, tokens[1])


def test_the_ids_find_nothing_through_the_api(told: Told) -> None:
    """Ids, names, handles, hashes and file names in every parameter answer as those of what never was."""
    for secret in told.world.secrets.values():
        other = twin(secret)
        tokens = (*identifiers(secret), *secret.words), (*identifiers(other), *other.words)
        for action in registry.ACTIONS.values():
            for name in (field.alias or name for name, field in action.arguments.model_fields.items()):
                pairs = list(zip(identifiers(secret), identifiers(other), strict=True))
                path = f"/api/3/action/{action.name}"
                for one, two in pairs if name in {"id", "resource_id"} else pairs[:1]:
                    same_for_both(told.visitor, query(path, **{name: one}), query(path, **{name: two}), tokens)


def test_the_public_database_holds_nothing(world: World) -> None:
    """Every row of every table as text, the planner's statistics too: no word, no id."""
    wanted = (*world.words, *world.ids)
    found = [
        (schema, table, words)
        for schema, table, row in every_row(world.databases.superuser("public"))
        if (words := found_in(row, wanted, PLACE))
    ]
    assert found == []


def test_outside_the_vault_the_office_database_holds_no_word(world: World) -> None:
    """Jobs, progress, findings, orders, events, letters, accounts: ids at most; in the index not even those.

    The record of acts (schema audit) names datasets by id, as it must.
    """
    # PostgreSQL's own catalogue holds the column names of the vault's tables: within the same wall as their rows
    rows = [row for row in every_row(world.databases.superuser("office")) if row[0] not in {"vault", "pg_catalog"}]
    hidden = {name: secret for name, secret in world.secrets.items() if name != "draft"}
    words = [word for secret in hidden.values() for word in secret.words]
    ids = [item for secret in hidden.values() for item in secret.ids]
    in_vault = [secret.tables for secret in world.secrets.values()]
    assert any(in_vault)
    found = []
    for schema, table, row in rows:
        wanted = [*words, *ids] if schema == "search" else words
        if traces := found_in(row, wanted, PLACE):
            found.append((schema, table, traces))
    assert found == []
    letters = [row for _schema, table, row in rows if table == "procrastinate_jobs" and TASK_NAME.encode() in row]
    assert all(not found_in(row, world.words) for row in letters)


def test_the_public_file_root_holds_nothing(told: Told) -> None:
    """Every file: archives opened, Parquet and tiles read, file names too."""
    files = list(files_below(told.world.folder / "public"))
    assert len(files) > 10
    wanted = (*told.world.words, *told.world.ids)
    assert {
        name: words
        for name, data in files
        if (words := found_in(data, wanted, PLACE) | found_in(name.encode(), wanted))
    } == {}


def test_files_of_the_vault_are_sealed(told: Told) -> None:
    """What lies on the office's disk cannot be read without the key."""
    files = list(files_below(told.world.folder / "vault"))
    assert files
    assert {name for name, data in files if found_in(data, told.world.words, PLACE)} == set()


def test_logs_of_office_and_worker_hold_no_word(told: Told) -> None:
    """Files, cells, titles and columns went through; ids at most are told."""
    assert told.world.logs
    assert [line for line in told.world.logs if found_in(line.encode(), told.world.words, PLACE)] == []


def test_the_public_log_tells_nothing_that_was_asked(told: Told) -> None:
    lines: list[str] = []
    with logged(lines):
        for secret in told.world.secrets.values():
            for text in identifiers(secret):
                told.visitor.ask(f"/dataset/{text}")
                told.visitor.ask(query("/dataset", q=text))
                told.visitor.ask(query("/api/3/action/datastore_search", resource_id=text, q=text))
    assert [line for line in lines if found_in(line.encode(), (*told.world.words, *told.world.ids))] == []


def test_the_canaries_stand_nowhere_else(repository: Path, world: World) -> None:
    """Words that other texts held would make this whole file blind."""
    exempt = [word for word in world.secrets["exempt"].words if word.isalpha()]
    holders = {
        str(path.relative_to(repository))
        for path in (
            *repository.glob("portal/**/*.py"),
            *repository.glob("config/**/*.*"),
            *repository.glob("tests/**/*.py"),
        )
        if path.is_file() and any(word.lower().encode() in path.read_bytes().lower() for word in exempt)
    }
    assert holders == {"portal/cli/demo/exempt.py"}
