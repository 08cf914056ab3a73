-- Published datasets and resources as CKAN's writes make them: links without a file, and one call that writes a version.
ALTER TABLE catalog.resource DROP CONSTRAINT resource_kind_check;
ALTER TABLE catalog.resource ADD CONSTRAINT resource_kind_check CHECK (kind IN ('tabel', 'layer', 'berkas', 'tautan'));

-- Point readers at a version that is stored, from its documents.
CREATE FUNCTION catalog.point(p_dataset uuid, p_version integer, p_order uuid) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v catalog.version;
    v_revision bigint;
BEGIN
    SELECT * INTO STRICT v FROM catalog.version WHERE dataset_id = p_dataset AND version = p_version;
    -- greater than any before, also after the row was away
    SELECT greatest((extract(epoch FROM clock_timestamp()) * 1000)::bigint, coalesce(max(revision) + 1, 0))
        INTO v_revision FROM catalog.dataset WHERE id = p_dataset;
    INSERT INTO catalog.dataset AS d (id, name, title, organization_id, version, state, doc, page, search, bbox, created,
            modified, revision, order_id)
        VALUES (p_dataset, v.search->>'name', v.search->>'title', (v.page#>>'{agency,id}')::uuid, p_version, 'terbit',
            v.doc, v.page, v.search || jsonb_build_object('revision', v_revision),
            CASE WHEN jsonb_typeof(v.search->'bbox') = 'object' THEN ST_MakeEnvelope(
                (v.search#>>'{bbox,west}')::float8, (v.search#>>'{bbox,south}')::float8,
                (v.search#>>'{bbox,east}')::float8, (v.search#>>'{bbox,north}')::float8, 4326) END,
            v.created, v.modified, v_revision, p_order)
        ON CONFLICT (id) DO UPDATE SET name = EXCLUDED.name, title = EXCLUDED.title,
            organization_id = EXCLUDED.organization_id, version = EXCLUDED.version, state = EXCLUDED.state,
            doc = EXCLUDED.doc, page = EXCLUDED.page, search = EXCLUDED.search, bbox = EXCLUDED.bbox,
            modified = EXCLUDED.modified, revision = EXCLUDED.revision, order_id = EXCLUDED.order_id;
    INSERT INTO catalog.theme (id, name, title)
        SELECT (g->>'id')::uuid, g->>'name', g->>'title' FROM jsonb_array_elements(v.search->'groups') g
        WHERE NOT EXISTS (SELECT 1 FROM catalog.theme t WHERE t.id = (g->>'id')::uuid)
        ON CONFLICT (id) DO NOTHING;
    DELETE FROM catalog.dataset_theme WHERE dataset_id = p_dataset;
    INSERT INTO catalog.dataset_theme
        SELECT DISTINCT p_dataset, (g->>'id')::uuid FROM jsonb_array_elements(v.search->'groups') g;
    DELETE FROM catalog.dataset_tag WHERE dataset_id = p_dataset;
    INSERT INTO catalog.dataset_tag SELECT DISTINCT p_dataset, g FROM jsonb_array_elements_text(v.search->'tags') g;
    RETURN v_revision;
END $$;

-- Store a version and point readers at it, in one call. False: this order was applied before, nothing is written.
CREATE FUNCTION catalog.put_version(p jsonb, p_doc text) RETURNS boolean
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_dataset uuid := (p->>'dataset_id')::uuid;
    v_version integer := (p->>'version')::integer;
    v_order uuid := (p->>'order_id')::uuid;
BEGIN
    -- two that carry out the same order meet here: the second waits, then finds it done
    INSERT INTO catalog.applied_order (id, kind, dataset_id, version) VALUES (v_order, 'rilis', v_dataset, v_version)
        ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    INSERT INTO catalog.version (dataset_id, version, doc, page, search, notes, created, modified, released, order_id)
        VALUES (v_dataset, v_version, p_doc, p->'page', p->'search', p->>'notes', (p->>'created')::timestamptz,
            (p->>'modified')::timestamptz, (p->>'released')::timestamptz, v_order);
    INSERT INTO catalog.resource (id, version, dataset_id, position, kind, name, format, doc, table_name, row_count,
            columns, layer)
        SELECT r.id, v_version, v_dataset, r.position, r.kind, r.name, r.format, r.doc, r.table_name, r.row_count,
            r.columns, r.layer
        FROM jsonb_to_recordset(p->'resources') AS r (id uuid, position integer, kind text, name text, format text,
            doc text, table_name text, row_count bigint, columns jsonb, layer jsonb);
    INSERT INTO catalog.file (dataset_id, version, resource_id, role, format, filename, media_type, size, sha256)
        SELECT v_dataset, v_version, f.resource_id, f.role, f.format, f.filename, f.media_type, f.size, f.sha256
        FROM jsonb_to_recordset(p->'files') AS f (resource_id uuid, role text, format text, filename text,
            media_type text, size bigint, sha256 text);
    PERFORM catalog.point(v_dataset, v_version, v_order);
    DELETE FROM catalog.tombstone WHERE dataset_id = v_dataset AND version IN (0, v_version);
    DELETE FROM catalog.tombstone_resource t USING jsonb_to_recordset(p->'resources') AS r (id uuid)
        WHERE t.resource_id = r.id;
    RETURN true;
END $$;
REVOKE ALL ON FUNCTION catalog.point, catalog.put_version FROM PUBLIC;
GRANT EXECUTE ON FUNCTION catalog.point, catalog.put_version TO @publisher@;
