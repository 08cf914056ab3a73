-- Superseded rows of live tables are kept a batch at a time: a batch of thousands of rows costs one row, one check of its
-- dataset and one entry of an index. What was kept row by row before stays as it is.
SET LOCAL ROLE @vault_owner@;
CREATE TABLE vault.superseded_batch (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    dataset_id uuid NOT NULL REFERENCES vault.dataset (id) ON DELETE CASCADE,
    resource_id uuid NOT NULL,
    act text NOT NULL CHECK (act IN ('ubah', 'hapus')),
    batch uuid NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    person_id uuid NOT NULL,
    -- [[_id, row], …] as they were
    content json NOT NULL
);
CREATE INDEX superseded_batch_resource ON vault.superseded_batch (resource_id, id);
ALTER TABLE vault.superseded_batch ENABLE ROW LEVEL SECURITY;
ALTER TABLE vault.superseded_batch FORCE ROW LEVEL SECURITY;
CREATE POLICY opened ON vault.superseded_batch FOR SELECT USING (dataset_id IN (SELECT unnest(audit.content())));
CREATE POLICY made ON vault.superseded_batch FOR INSERT WITH CHECK (dataset_id IN (SELECT unnest(audit.scope(true))));
GRANT SELECT, INSERT ON vault.superseded_batch TO @office@;

-- what was kept of a resource, row by row, under the reader's own opening
CREATE FUNCTION vault.superseded(p_resource uuid) RETURNS TABLE (
    row_id bigint, act text, batch uuid, at timestamptz, person_id uuid, content jsonb
) LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT s.row_id, s.act, s.batch, s.at, s.person_id, s.content
    FROM vault.superseded_row s WHERE s.resource_id = p_resource
    UNION ALL
    SELECT CAST(x.item->>0 AS bigint), b.act, b.batch, b.at, b.person_id, CAST(x.item->1 AS jsonb)
    FROM vault.superseded_batch b, json_array_elements(b.content) AS x (item) WHERE b.resource_id = p_resource
    ORDER BY at, row_id
$$;
REVOKE ALL ON FUNCTION vault.superseded FROM PUBLIC;
GRANT EXECUTE ON FUNCTION vault.superseded TO @office@;
RESET ROLE;
