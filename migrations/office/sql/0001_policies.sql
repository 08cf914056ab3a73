-- Forced row security on every table of the vault, and the makers of bulk tables.
-- `IN (SELECT unnest(…))` asks the opening once a statement and looks ids up in a hash; `= ANY (…)` of thousands of
-- ids, the list of a large agency, was measured to take minutes.
SET LOCAL ROLE @vault_owner@;
DO $$
DECLARE
    t text;
    v_read text;
BEGIN
    FOREACH t IN ARRAY ARRAY['register', 'duty', 'grant_record', 'opening', 'bulk'] LOOP
        EXECUTE format('ALTER TABLE vault.%I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE vault.%I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY auditor ON vault.%I TO @auditor@ USING (true) WITH CHECK (true)', t);
    END LOOP;
    -- the owner's functions write the names of bulk tables: ids there, no content
    EXECUTE 'CREATE POLICY owner_keys ON vault.bulk TO @vault_owner@ USING (true) WITH CHECK (true)';
    FOREACH t IN ARRAY ARRAY['version', 'resource', 'file', 'upload', 'receipt', 'finding', 'transition',
                             'classification', 'consent'] LOOP
        EXECUTE format('ALTER TABLE vault.%I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE vault.%I FORCE ROW LEVEL SECURITY', t);
        -- what quotes rows or unlocks files is content, which a list does not open
        v_read := CASE WHEN t IN ('resource', 'file', 'upload', 'finding') THEN 'audit.content()'
                       ELSE 'audit.scope(false)' END;
        EXECUTE format('CREATE POLICY opened ON vault.%I FOR SELECT
            USING (dataset_id IN (SELECT unnest(%s)))', t, v_read);
        EXECUTE format('CREATE POLICY made ON vault.%I FOR INSERT
            WITH CHECK (dataset_id IN (SELECT unnest(audit.scope(true))))', t);
        EXECUTE format('CREATE POLICY changed ON vault.%I FOR UPDATE
            USING (dataset_id IN (SELECT unnest(audit.scope(true))))
            WITH CHECK (dataset_id IN (SELECT unnest(audit.scope(true))))', t);
        EXECUTE format('CREATE POLICY dropped ON vault.%I FOR DELETE
            USING (dataset_id IN (SELECT unnest(audit.scope(true))))', t);
    END LOOP;
END $$;
ALTER TABLE vault.dataset ENABLE ROW LEVEL SECURITY;
ALTER TABLE vault.dataset FORCE ROW LEVEL SECURITY;
CREATE POLICY opened ON vault.dataset FOR SELECT USING (id IN (SELECT unnest(audit.scope(false))));
-- the agency is asked here too: policies come before the unique index, so no other agency's names can be tried out
CREATE POLICY made ON vault.dataset FOR INSERT
    WITH CHECK (id IN (SELECT unnest(audit.scope(true))) AND agency_id = audit.agency_of(id));
CREATE POLICY changed ON vault.dataset FOR UPDATE USING (id IN (SELECT unnest(audit.scope(true))))
    WITH CHECK (id IN (SELECT unnest(audit.scope(true))) AND agency_id = audit.agency_of(id));
CREATE POLICY dropped ON vault.dataset FOR DELETE USING (id IN (SELECT unnest(audit.scope(true))));

GRANT SELECT, INSERT, UPDATE ON vault.dataset, vault.version, vault.resource, vault.file, vault.upload,
    vault.classification, vault.consent TO @office@;
GRANT SELECT, INSERT ON vault.receipt, vault.transition TO @office@;
GRANT SELECT, INSERT, DELETE ON vault.finding TO @office@;
GRANT DELETE ON vault.resource, vault.file, vault.upload TO @office@;
GRANT USAGE ON SEQUENCE vault.receipt_number TO @office@;

-- Makes an empty bulk table for one open dataset. `p_columns` is [{"name": …, "type": …}]; types are a closed list.
-- COPY is refused under row security, so the policy is forced by vault.seal() in the same transaction, and a
-- transaction that commits without the seal fails (constraint trigger below).
CREATE FUNCTION vault.create_table(p_name text, p_dataset uuid, p_columns jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_columns text;
BEGIN
    IF NOT p_dataset = ANY (audit.scope(true)) THEN
        RAISE insufficient_privilege USING MESSAGE = 'no opening covers this dataset';
    END IF;
    IF NOT EXISTS (SELECT 1 FROM jsonb_array_elements(p_columns) c WHERE c->>'name' = '_id' AND c->>'type' = 'bigint')
    THEN
        RAISE invalid_parameter_value USING MESSAGE = 'a bulk table needs _id bigint';
    END IF;
    IF EXISTS (SELECT 1 FROM jsonb_array_elements(p_columns) c WHERE coalesce(c->>'type', '') NOT IN
        ('text', 'bigint', 'integer', 'numeric', 'double precision', 'boolean', 'date', 'timestamp', 'timestamptz',
         'time', 'jsonb', 'geometry(Geometry,4326)')) THEN
        RAISE invalid_parameter_value USING MESSAGE = 'unknown column type';
    END IF;
    SELECT string_agg(format('%I %s', c->>'name', c->>'type'), ', ' ORDER BY n) INTO v_columns
        FROM jsonb_array_elements(p_columns) WITH ORDINALITY AS x (c, n);
    INSERT INTO vault.bulk (name, dataset_id) VALUES (p_name, p_dataset);
    EXECUTE format('CREATE TABLE vault.%I (%s)', p_name, v_columns);
    EXECUTE format('GRANT INSERT ON vault.%I TO @office@', p_name);
END $$;

CREATE FUNCTION vault.seal(p_name text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_dataset uuid;
BEGIN
    SELECT dataset_id INTO STRICT v_dataset FROM vault.bulk WHERE name = p_name AND NOT sealed;
    IF NOT v_dataset = ANY (audit.scope(true)) THEN
        RAISE insufficient_privilege USING MESSAGE = 'no opening covers this dataset';
    END IF;
    EXECUTE format('ALTER TABLE vault.%I ADD PRIMARY KEY (_id)', p_name);
    EXECUTE format('ALTER TABLE vault.%I ENABLE ROW LEVEL SECURITY', p_name);
    EXECUTE format('ALTER TABLE vault.%I FORCE ROW LEVEL SECURITY', p_name);
    EXECUTE format('CREATE POLICY opened ON vault.%I FOR SELECT
        USING ((SELECT %L::uuid = ANY (audit.content())))', p_name, v_dataset);
    EXECUTE format('REVOKE ALL ON vault.%I FROM @office@', p_name);
    EXECUTE format('GRANT SELECT ON vault.%I TO @office@', p_name);
    UPDATE vault.bulk SET sealed = true WHERE name = p_name;
END $$;

-- false: there is none that the opening may write
CREATE FUNCTION vault.drop_table(p_name text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_dataset uuid;
BEGIN
    SELECT dataset_id INTO v_dataset FROM vault.bulk WHERE name = p_name;
    IF v_dataset IS NULL OR NOT v_dataset = ANY (audit.scope(true)) THEN
        RETURN false;
    END IF;
    EXECUTE format('DROP TABLE IF EXISTS vault.%I', p_name);
    DELETE FROM vault.bulk WHERE name = p_name;
    RETURN true;
END $$;

CREATE FUNCTION vault.refuse_unsealed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM vault.bulk WHERE name = NEW.name AND NOT sealed) THEN
        RAISE object_not_in_prerequisite_state USING MESSAGE = 'a bulk table was left unsealed';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER bulk_sealed AFTER INSERT OR UPDATE ON vault.bulk
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION vault.refuse_unsealed();

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA vault FROM PUBLIC;
GRANT EXECUTE ON FUNCTION vault.create_table, vault.seal, vault.drop_table TO @office@;
RESET ROLE;
