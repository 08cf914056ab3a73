-- Live tables: published tables that change row by row (I5a), names for tables, and what makes reading them quick.

-- One row for each table of schema `rows` that takes rows through release.append(). `frozen`: a newer structure took
-- its place, or is being made; `paged` rows from the first have ready JSON in `rows.<table>_p`; `settled` tells that
-- full text and blocks are complete.
CREATE TABLE catalog.live_table (
    table_name text PRIMARY KEY,
    resource_id uuid NOT NULL,
    dataset_id uuid NOT NULL,
    key text[] NOT NULL DEFAULT '{}',
    row_count bigint NOT NULL DEFAULT 0,
    revision bigint NOT NULL DEFAULT 1,
    paged bigint NOT NULL DEFAULT 0,
    settled boolean NOT NULL DEFAULT false,
    frozen boolean NOT NULL DEFAULT false,
    batch uuid,
    changed timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX live_table_resource ON catalog.live_table (resource_id);
CREATE INDEX live_table_unsettled ON catalog.live_table (changed) WHERE NOT settled;

-- CKAN's aliases: other names of a resource's table
CREATE TABLE catalog.table_alias (
    alias text PRIMARY KEY,
    resource_id uuid NOT NULL
);
CREATE INDEX table_alias_resource ON catalog.table_alias (resource_id);

-- CKAN's `_table_metadata`: every table that can be searched, and its aliases
CREATE VIEW catalog.table_metadata AS
    SELECT left(md5(x.name || coalesce(x.alias_of, '')), 16) AS _id, x.name, x.oid, x.alias_of
    FROM (
        SELECT r.id::text AS name, coalesce(to_regclass(format('rows.%I', r.table_name))::oid, 0)::text AS oid,
               NULL::text AS alias_of
        FROM catalog.resource r JOIN catalog.dataset d ON d.id = r.dataset_id AND d.version = r.version
        WHERE r.table_name IS NOT NULL
        UNION ALL
        SELECT a.alias, '0', r.id::text
        FROM catalog.table_alias a
        JOIN catalog.resource r ON r.id = a.resource_id
        JOIN catalog.dataset d ON d.id = r.dataset_id AND d.version = r.version
        WHERE r.table_name IS NOT NULL
    ) x;

GRANT SELECT ON catalog.live_table, catalog.table_alias, catalog.table_metadata TO @public@;
GRANT SELECT, INSERT, UPDATE, DELETE ON catalog.live_table, catalog.table_alias TO @publisher@;
GRANT SELECT ON catalog.table_metadata TO @publisher@;

-- SQL of callers runs as a role of its own that may read published rows and nothing else. Where the cluster was made
-- before there was one, the role is made by the next provisioning, and tables are opened to it as they are released.
DO $$
BEGIN
    IF to_regrole('@sql@') IS NOT NULL THEN
        EXECUTE 'GRANT USAGE ON SCHEMA rows TO @sql@';
    END IF;
END $$;
CREATE OR REPLACE FUNCTION rows.open_table(p_name text) RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    EXECUTE format('GRANT SELECT ON rows.%I TO @public@', p_name);
    IF to_regrole('@sql@') IS NOT NULL THEN
        EXECUTE format('GRANT SELECT ON rows.%I TO @sql@', p_name);
    END IF;
END $$;
CREATE FUNCTION rows.reader_role() RETURNS text LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT to_regrole('@sql@')::text
$$;
REVOKE ALL ON FUNCTION rows.reader_role FROM PUBLIC;
GRANT EXECUTE ON FUNCTION rows.reader_role TO @public@;
