-- The published side (I1): whatever is here, anyone may have. Written by the publisher, read by the public role.
CREATE SCHEMA catalog;
CREATE SCHEMA rows;
CREATE SCHEMA inbox;
GRANT USAGE ON SCHEMA catalog, rows TO @public@, @publisher@;
GRANT CREATE ON SCHEMA rows TO @publisher@;
GRANT USAGE ON SCHEMA inbox TO @public@, @publisher@;

CREATE TABLE catalog.organization (
    id uuid PRIMARY KEY,
    name text NOT NULL UNIQUE,
    title text NOT NULL,
    abbreviation text NOT NULL DEFAULT '',
    description text NOT NULL DEFAULT '',
    tingkat text NOT NULL,
    region_code text NOT NULL DEFAULT '',
    contact jsonb NOT NULL DEFAULT '{}',
    created timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE catalog.theme (
    id uuid PRIMARY KEY,
    name text NOT NULL UNIQUE,
    title text NOT NULL,
    description text NOT NULL DEFAULT '',
    position integer NOT NULL DEFAULT 0,
    created timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE catalog.region (
    code text PRIMARY KEY,
    name text NOT NULL,
    level text NOT NULL CHECK (level IN ('provinsi', 'kabupaten', 'kecamatan', 'desa')),
    parent_code text,
    bps_code text,
    geom geometry(MultiPolygon, 4326)
);
CREATE INDEX region_parent ON catalog.region (parent_code);
CREATE INDEX region_geom ON catalog.region USING gist (geom);

-- the pointer: which version of a dataset readers see, with its ready documents (no read assembles anything)
CREATE TABLE catalog.dataset (
    id uuid PRIMARY KEY,
    name text NOT NULL UNIQUE,
    title text NOT NULL,
    organization_id uuid NOT NULL REFERENCES catalog.organization (id),
    version integer NOT NULL,
    state text NOT NULL DEFAULT 'terbit' CHECK (state IN ('terbit', 'perlu_pemutakhiran')),
    doc text NOT NULL,
    page jsonb NOT NULL,
    search jsonb NOT NULL,
    bbox geometry(Polygon, 4326),
    created timestamptz NOT NULL,
    modified timestamptz NOT NULL,
    revision bigint NOT NULL DEFAULT 1,
    indexed_revision bigint NOT NULL DEFAULT 0,
    order_id uuid NOT NULL
);
CREATE INDEX dataset_modified ON catalog.dataset (modified DESC, id);
CREATE INDEX dataset_organization ON catalog.dataset (organization_id);
CREATE INDEX dataset_unindexed ON catalog.dataset (id) WHERE indexed_revision < revision;

CREATE TABLE catalog.dataset_theme (
    dataset_id uuid NOT NULL REFERENCES catalog.dataset (id) ON DELETE CASCADE,
    theme_id uuid NOT NULL REFERENCES catalog.theme (id),
    PRIMARY KEY (dataset_id, theme_id)
);
CREATE INDEX dataset_theme_theme ON catalog.dataset_theme (theme_id);

CREATE TABLE catalog.dataset_tag (
    dataset_id uuid NOT NULL REFERENCES catalog.dataset (id) ON DELETE CASCADE,
    tag text NOT NULL,
    PRIMARY KEY (dataset_id, tag)
);
CREATE INDEX dataset_tag_tag ON catalog.dataset_tag (tag);

-- every published version stays as it was (I5)
CREATE TABLE catalog.version (
    dataset_id uuid NOT NULL,
    version integer NOT NULL,
    doc text NOT NULL,
    page jsonb NOT NULL,
    search jsonb NOT NULL,
    notes text NOT NULL DEFAULT '',
    created timestamptz NOT NULL,
    modified timestamptz NOT NULL,
    released timestamptz NOT NULL,
    order_id uuid NOT NULL,
    PRIMARY KEY (dataset_id, version)
);

CREATE TABLE catalog.resource (
    id uuid NOT NULL,
    version integer NOT NULL,
    dataset_id uuid NOT NULL,
    position integer NOT NULL,
    kind text NOT NULL CHECK (kind IN ('tabel', 'layer', 'berkas')),
    name text NOT NULL,
    format text NOT NULL,
    doc text NOT NULL,
    table_name text,
    row_count bigint,
    columns jsonb NOT NULL DEFAULT '[]',
    layer jsonb,
    PRIMARY KEY (id, version)
);
CREATE INDEX resource_dataset ON catalog.resource (dataset_id, version, position);

-- files by content hash in the public file root; `role`: asli (as received), unduhan (prepared), ubin (PMTiles)
CREATE TABLE catalog.file (
    dataset_id uuid NOT NULL,
    version integer NOT NULL,
    resource_id uuid NOT NULL,
    role text NOT NULL CHECK (role IN ('asli', 'unduhan', 'ubin', 'pratinjau')),
    format text NOT NULL,
    filename text NOT NULL,
    media_type text NOT NULL,
    size bigint NOT NULL,
    sha256 text NOT NULL,
    PRIMARY KEY (dataset_id, version, resource_id, role, format)
);
CREATE INDEX file_sha256 ON catalog.file (sha256);

-- what a withdrawn version leaves behind: its address answers 410 with this (version 0: the whole dataset)
CREATE TABLE catalog.tombstone (
    dataset_id uuid NOT NULL,
    version integer NOT NULL,
    name text NOT NULL,
    title text NOT NULL,
    reason text NOT NULL,
    withdrawn timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (dataset_id, version)
);
CREATE INDEX tombstone_name ON catalog.tombstone (name);
CREATE TABLE catalog.tombstone_resource (
    resource_id uuid NOT NULL,
    dataset_id uuid NOT NULL,
    version integer NOT NULL,
    PRIMARY KEY (resource_id, version)
);

-- the release verb writes an order's id in the transaction that carries it out, so that a repeat is seen
CREATE TABLE catalog.applied_order (
    id uuid PRIMARY KEY,
    kind text NOT NULL,
    dataset_id uuid NOT NULL,
    version integer NOT NULL,
    applied timestamptz NOT NULL DEFAULT now()
);

-- facts public by nature, by release.notice(kind): site figures, licences, download counts of yesterday
CREATE TABLE catalog.notice (
    kind text NOT NULL,
    key text NOT NULL,
    value jsonb NOT NULL,
    published timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (kind, key)
);

GRANT SELECT ON ALL TABLES IN SCHEMA catalog TO @public@;
REVOKE ALL ON catalog.applied_order FROM @public@;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA catalog TO @publisher@;

-- Public may put in, never read back (I1, I8).
CREATE TABLE inbox.box (
    id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('permohonan', 'keberatan', 'umpan_balik', 'lampiran')),
    sealed bytea NOT NULL CHECK (octet_length(sealed) <= 7340032),
    received timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE inbox.export_order (
    id text NOT NULL CHECK (id ~ '^[0-9a-f]{64}$'),
    dataset_id uuid NOT NULL,
    version integer NOT NULL,
    resource_id uuid NOT NULL,
    format text NOT NULL CHECK (length(format) <= 20),
    options jsonb NOT NULL CHECK (length(options::text) <= 8000),
    ordered timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE inbox.usage (
    dataset_id uuid NOT NULL,
    version integer NOT NULL,
    kind text NOT NULL CHECK (kind IN ('lihat', 'unduh', 'api')),
    day date NOT NULL,
    count integer NOT NULL CHECK (count > 0),
    flushed timestamptz NOT NULL DEFAULT now()
);
GRANT INSERT ON inbox.box, inbox.export_order, inbox.usage TO @public@;
GRANT SELECT, DELETE ON inbox.box, inbox.export_order, inbox.usage TO @publisher@;

-- the publisher makes row tables; this lets it open one to readers without knowing the readers' role name
CREATE FUNCTION rows.open_table(p_name text) RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    EXECUTE format('GRANT SELECT ON rows.%I TO @public@', p_name);
END $$;
REVOKE ALL ON FUNCTION rows.open_table FROM PUBLIC;
GRANT EXECUTE ON FUNCTION rows.open_table TO @publisher@;
