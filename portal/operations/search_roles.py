"""Users of a shared Elasticsearch: the public process may read the public index and nothing else (I2).

Two sides, two search indexes: where both lie on one node, the node itself keeps them apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, urlsplit, urlunsplit

from elasticsearch import Elasticsearch

PUBLIC_USER, OFFICE_USER = "portal_public", "portal_office"
PUBLIC_INDEXES, OFFICE_INDEXES = "portal-public*", "portal-office*"


@dataclass(frozen=True)
class SearchAddresses:
    """Search addresses as settings take them: of the public process, and of office and worker."""

    public: str
    office: str


def secure(url: str, admin_password: str, public_password: str, office_password: str) -> SearchAddresses:
    """Make or renew roles and users with the built-in user `elastic` and return the addresses; repeatable.

    `url` is the node's address without a user. Raises elasticsearch.ApiError or TransportError.
    """
    with Elasticsearch(url, basic_auth=("elastic", admin_password), request_timeout=30) as client:
        client.security.put_role(
            name=PUBLIC_USER,
            cluster=["monitor"],
            indices=[{"names": [PUBLIC_INDEXES], "privileges": ["read", "view_index_metadata"]}],
        )
        client.security.put_role(
            name=OFFICE_USER,
            cluster=["monitor"],
            indices=[{"names": [PUBLIC_INDEXES, OFFICE_INDEXES], "privileges": ["all"]}],
        )
        client.security.put_user(username=PUBLIC_USER, password=public_password, roles=[PUBLIC_USER])
        client.security.put_user(username=OFFICE_USER, password=office_password, roles=[OFFICE_USER])
    return SearchAddresses(_with_user(url, PUBLIC_USER, public_password), _with_user(url, OFFICE_USER, office_password))


def _with_user(url: str, user: str, password: str) -> str:
    parts = urlsplit(url)
    netloc = f"{user}:{quote(password, safe='')}@{parts.netloc}"
    return urlunsplit((parts.scheme, netloc, parts.path, parts.query, ""))
