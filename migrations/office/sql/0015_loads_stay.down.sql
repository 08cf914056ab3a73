-- As it was: every resource is written anew from what the caller read.
SET LOCAL ROLE @vault_owner@;
CREATE OR REPLACE FUNCTION vault.put_version(p jsonb) RETURNS integer LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_dataset uuid := (p->>'dataset')::uuid;
    v_version integer := (p->>'version')::integer;
    v_person uuid := (p->>'person')::uuid;
    v_at timestamptz := (p->>'at')::timestamptz;
    v_revision integer;
BEGIN
    IF p->>'revision' IS NULL THEN
        INSERT INTO vault.dataset (id, agency_id, name, working_version, created, created_by, modified, modified_by)
            VALUES (v_dataset, (p->>'agency')::uuid, p->>'name', v_version, v_at, v_person, v_at, v_person);
        v_revision := 1;
    ELSE
        UPDATE vault.dataset SET name = p->>'name', working_version = v_version, retired = false,
                revision = revision + 1, modified = v_at, modified_by = v_person
            WHERE id = v_dataset AND revision = (p->>'revision')::integer RETURNING revision INTO v_revision;
        IF v_revision IS NULL THEN
            RETURN NULL;
        END IF;
    END IF;
    IF (p->>'fresh')::boolean THEN
        INSERT INTO vault.version (dataset_id, version, state, metadata, notes, created, created_by)
            VALUES (v_dataset, v_version, p->>'state', p->'metadata', p->>'notes', v_at, v_person);
    ELSE
        UPDATE vault.version SET state = p->>'state', metadata = p->'metadata', notes = p->>'notes'
            WHERE dataset_id = v_dataset AND version = v_version;
        DELETE FROM vault.resource WHERE dataset_id = v_dataset AND version = v_version;
    END IF;
    IF jsonb_array_length(p->'resources') > 0 THEN
        INSERT INTO vault.resource
            SELECT r.* FROM jsonb_populate_recordset(NULL::vault.resource, p->'resources') r;
    END IF;
    IF jsonb_array_length(p->'transitions') > 0 THEN
        INSERT INTO vault.transition (dataset_id, version, from_state, to_state, at, person_id, why, detail)
            SELECT v_dataset, v_version, t.item->>0, t.item->>1, v_at, v_person, p->>'why', t.item->2
            FROM jsonb_array_elements(p->'transitions') WITH ORDINALITY t (item, n) ORDER BY t.n;
    END IF;
    IF p->>'order' IS NOT NULL THEN
        INSERT INTO vault.classification (dataset_id, version, sifat, decided_by, at, reason)
            VALUES (v_dataset, v_version, 'publik', v_person, v_at, p->>'why');
        IF NOT audit.classify(v_dataset, 'publik') THEN
            RAISE insufficient_privilege USING MESSAGE = 'this opening classifies nothing';
        END IF;
        INSERT INTO ingest.release_order (id, kind, dataset_id, version, step, lane, ordered_by, created, touched)
            VALUES ((p->>'order')::uuid, 'rilis', v_dataset, v_version, 'baris', 'api', v_person, v_at, v_at);
    END IF;
    RETURN v_revision;
END $$;
RESET ROLE;
