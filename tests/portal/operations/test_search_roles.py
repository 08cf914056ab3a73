"""On a shared Elasticsearch the public process reads the public index and nothing else."""

from __future__ import annotations

import pytest
from elasticsearch import ApiError, AuthorizationException, Elasticsearch
from elasticsearch.exceptions import AuthenticationException

from portal.operations.search_roles import secure
from search.engine import open_engine
from tests.support import private_elasticsearch


@pytest.mark.long
@pytest.mark.elasticsearch
def test_public_user_reads_the_public_index_only() -> None:
    with private_elasticsearch("kata-sandi-admin") as url:
        found = secure(url, "kata-sandi-admin", "baca/umum", "kerja-kerja")
        assert secure(url, "kata-sandi-admin", "baca/umum", "kerja-kerja") == found
        for name in ("portal-public", "portal-office"):
            engine = open_engine(found.office, name)
            engine.prepare()
            assert engine.count() == 0
            engine.close()
        reader = open_engine(found.public, "portal-public")
        reader.ping()
        assert reader.count() == 0
        reader.close()
        with Elasticsearch(url, basic_auth=("portal_public", "baca/umum")) as client:
            for attempt in (
                lambda: client.search(index="portal-office"),
                lambda: client.count(index="portal-office-a"),
                lambda: client.index(index="portal-public", document={"title": "x"}),
                lambda: client.indices.delete(index="portal-public-a"),
                client.security.get_user,
            ):
                with pytest.raises(AuthorizationException):
                    attempt()
            hits = client.search(index="_all", ignore_unavailable=True)["hits"]["hits"]
            assert hits == []
        with Elasticsearch(url) as nobody, pytest.raises(ApiError) as caught:
            nobody.search(index="portal-public")
        assert isinstance(caught.value, AuthenticationException)
