"""What machines follow: Atom feed, sitemap, robots.txt."""

from __future__ import annotations

from datetime import UTC
from xml.sax.saxutils import escape, quoteattr

from flask import Blueprint, Response
from sqlalchemy import select

from portal.catalog import addresses, bulk, models
from portal.catalog.reader import CatalogReader, DatasetRow
from portal.web.request import runtime, scope, service

blueprint = Blueprint("feeds", __name__)
FEED_LENGTH = 50
SITEMAP_LENGTH = 50_000


def _site() -> str:
    return runtime().settings.site_url.rstrip("/")


def _entry(row: DatasetRow, site: str) -> str:
    card = row.page["card"]
    return (
        f"<entry><id>urn:uuid:{row.id}</id><title>{escape(row.title)}</title>"
        f"<link href={quoteattr(addresses.absolute(site, addresses.dataset(row.name)))}/>"
        f"<updated>{row.modified.astimezone(UTC).isoformat()}</updated>"
        f"<author><name>{escape(card['agency'])}</name></author><summary>{escape(card['sentence'])}</summary></entry>"
    )


@blueprint.get("/feeds/dataset.atom")
def atom() -> Response:
    """The newest datasets as Atom."""
    site, profile = _site(), runtime().profile
    rows = service(CatalogReader).newest(FEED_LENGTH)
    updated = rows[0].modified.astimezone(UTC).isoformat() if rows else "1970-01-01T00:00:00+00:00"
    entries = "".join(_entry(row, site) for row in rows)
    body = (
        '<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom">'
        f"<id>{escape(site)}/feeds/dataset.atom</id><title>{escape(profile.title)}</title>"
        f'<link rel="self" href={quoteattr(site + "/feeds/dataset.atom")}/><link href={quoteattr(site + "/")}/>'
        f"<updated>{updated}</updated>{entries}</feed>"
    )
    return Response(body, mimetype="application/atom+xml")


@blueprint.get("/sitemap.xml")
def sitemap() -> Response:
    """Every page a crawler should know, so that it need not walk the facets."""
    site = _site()
    table = models.dataset
    query = select(table.c.name, table.c.modified).order_by(table.c.modified.desc()).limit(SITEMAP_LENGTH)
    rows = scope().session("public").execute(query).all()
    fixed = ("/", "/dataset", "/organization", "/group", "/tentang", "/api")
    urls = [f"<url><loc>{escape(site + path)}</loc></url>" for path in fixed]
    urls += [
        f"<url><loc>{escape(site + addresses.dataset(row.name))}</loc>"
        f"<lastmod>{row.modified.astimezone(UTC).date().isoformat()}</lastmod></url>"
        for row in rows
    ]
    head = '<?xml version="1.0" encoding="utf-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
    return Response(f"{head}{''.join(urls)}</urlset>", mimetype="application/xml")


@blueprint.get("/robots.txt")
def robots() -> Response:
    """Search results and dumps are for people and programs, not for crawlers."""
    site = _site()
    whole = f"# Everything in one file, made every night: {site}{bulk.ADDRESS}"
    rules = ("User-agent: *", "Disallow: /dataset?", "Disallow: /datastore/", f"Allow: {bulk.ADDRESS}")
    lines = (whole, *rules, f"Sitemap: {site}/sitemap.xml", "")
    return Response("\n".join(lines), mimetype="text/plain")
