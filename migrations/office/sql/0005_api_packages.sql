-- What CKAN's package and resource writes keep beyond the vault's own columns, and the express lane: the release verb
-- run at once by the office for a caller who may publish (docs/decisions/0016-the-express-lane.md).
SET LOCAL ROLE @vault_owner@;
-- a link is a resource without bytes; `ckan` keeps what a CKAN client sent, so that it gets the same back
ALTER TABLE vault.resource DROP CONSTRAINT resource_kind_check;
ALTER TABLE vault.resource ADD CONSTRAINT resource_kind_check CHECK (kind IN ('tabel', 'layer', 'berkas', 'tautan'));
ALTER TABLE vault.resource ADD COLUMN ckan jsonb NOT NULL DEFAULT '{}';

-- a dataset deleted through the API gives its name back to its agency
ALTER TABLE vault.dataset ADD COLUMN retired boolean NOT NULL DEFAULT false;
ALTER TABLE vault.dataset DROP CONSTRAINT dataset_agency_id_name_key;
CREATE UNIQUE INDEX dataset_agency_id_name_key ON vault.dataset (agency_id, name) WHERE NOT retired;

-- the auditor's functions look at states, never at content
GRANT SELECT (dataset_id, version, state) ON vault.version TO @auditor@;
GRANT SELECT (id, working_version, live_version) ON vault.dataset TO @auditor@;
CREATE POLICY auditor_states ON vault.version FOR SELECT TO @auditor@ USING (true);
GRANT SELECT (id, dataset_id) ON vault.resource TO @auditor@;
CREATE POLICY auditor_resources ON vault.resource FOR SELECT TO @auditor@ USING (true);
CREATE POLICY auditor_pointers ON vault.dataset FOR SELECT TO @auditor@ USING (true);

-- a dataset may pass to another agency (package_owner_org_update): the register says so, the vault follows
ALTER TABLE vault.dataset DROP CONSTRAINT dataset_id_agency_id_fkey;
ALTER TABLE vault.dataset ADD CONSTRAINT dataset_id_agency_id_fkey FOREIGN KEY (id, agency_id)
    REFERENCES vault.register (dataset_id, agency_id) ON DELETE CASCADE ON UPDATE CASCADE;

-- CKAN's names may begin with a hyphen or an underscore
ALTER TABLE vault.dataset DROP CONSTRAINT dataset_name_check;
ALTER TABLE vault.dataset ADD CONSTRAINT dataset_name_check CHECK (name ~ '^[a-z0-9_-]{2,100}$');

-- purging takes everything of a dataset but its record
GRANT DELETE ON vault.dataset TO @office@;

-- One version with its resources, its way through the states, its classification and its order, in one call under
-- the caller's row policies. Returns the dataset's new revision, or NULL when somebody changed it since.
CREATE FUNCTION vault.put_version(p jsonb) RETURNS integer LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
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

-- The office side of an order that the public side has carried out: state, pointer, order, in one call.
CREATE FUNCTION vault.end_release(p_order uuid, p_dataset uuid, p_version integer, p_person uuid, p_at timestamptz,
    p_detail jsonb) RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE vault.version SET state = 'terbit', released = p_at
        WHERE dataset_id = p_dataset AND version = p_version AND state = 'tervalidasi';
    IF FOUND THEN
        INSERT INTO vault.transition (dataset_id, version, from_state, to_state, at, person_id, detail)
            VALUES (p_dataset, p_version, 'tervalidasi', 'terbit', p_at, p_person, p_detail);
        UPDATE vault.dataset SET live_version = p_version, revision = revision + 1 WHERE id = p_dataset;
    END IF;
    UPDATE ingest.release_order SET step = 'selesai', touched = clock_timestamp(), finished = clock_timestamp()
        WHERE id = p_order AND finished IS NULL;
END $$;
REVOKE ALL ON FUNCTION vault.put_version, vault.end_release FROM PUBLIC;
GRANT EXECUTE ON FUNCTION vault.put_version, vault.end_release TO @office@;
RESET ROLE;

-- which lane an order came by: an officer's decision, or a caller of the API who may publish at once
ALTER TABLE ingest.release_order ADD COLUMN lane text NOT NULL DEFAULT 'petugas' CHECK (lane IN ('petugas', 'api'));
GRANT USAGE ON SCHEMA ingest TO @auditor@;
GRANT SELECT (dataset_id, lane, finished) ON ingest.release_order TO @auditor@;

-- Jobs that CKAN clients tell about (task_status_*): ids and states of things the caller may see.
CREATE TABLE ingest.task_status (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    entity_id text NOT NULL,
    entity_type text NOT NULL,
    task_type text NOT NULL,
    key text NOT NULL,
    value text NOT NULL DEFAULT '',
    state text,
    error text,
    last_updated timestamptz,
    UNIQUE (entity_id, task_type, key)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON ingest.task_status TO @office@;

-- words of the interface in other languages, as CKAN keeps them
CREATE TABLE ingest.term_translation (
    term text NOT NULL,
    lang_code text NOT NULL,
    term_translation text NOT NULL,
    PRIMARY KEY (term, lang_code)
);
GRANT SELECT, INSERT, UPDATE ON ingest.term_translation TO @office@;

SET LOCAL ROLE @auditor@;
-- Who may publish an agency's datasets at once (the deployment's profile says whether anybody may): its authors and
-- its walidata; an administrator where nothing unpublished is in sight, since he sees no other agency's drafts.
CREATE FUNCTION audit.may_publish(p_person uuid, p_agency uuid, p_dataset uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (
        SELECT 1 FROM accounts.role_at a JOIN accounts.person p ON p.id = a.person_id AND p.active
        WHERE a.person_id = p_person AND (
            a.agency_id = p_agency AND a.role IN ('produsen', 'gis', 'walidata')
            OR a.role = 'admin' AND (p_dataset IS NULL OR EXISTS (
                SELECT 1 FROM vault.dataset d JOIN vault.version v ON v.dataset_id = d.id AND v.version = d.working_version
                WHERE d.id = p_dataset AND (v.state = 'ditarik'
                    OR v.state = 'terbit' AND d.live_version = d.working_version)))))
$$;

-- as before, and: `terbit` for who may publish; a service account may finish what the express lane has ordered
CREATE OR REPLACE FUNCTION audit.may_open(p_person uuid, p_act text, p_dataset uuid, p_agency uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(CASE p_act
        WHEN 'lihat' THEN audit.has_duty(p_person, p_agency)
            OR audit.has_named_duty(p_person, p_dataset, ARRAY['pemeriksa', 'ppid', 'bps', 'pekerjaan'])
        WHEN 'ubah' THEN audit.has_duty(p_person, p_agency)
        WHEN 'periksa' THEN audit.has_named_duty(p_person, p_dataset, ARRAY['pemeriksa', 'bps'])
        WHEN 'rilis' THEN audit.has_named_duty(p_person, p_dataset, ARRAY['pemeriksa', 'ppid'])
        WHEN 'tetapkan' THEN audit.has_named_duty(p_person, p_dataset, ARRAY['ppid'])
        WHEN 'tarik' THEN audit.has_named_duty(p_person, p_dataset, ARRAY['pemeriksa', 'ppid'])
        WHEN 'terbit' THEN audit.may_publish(p_person, p_agency, p_dataset)
        WHEN 'olah' THEN audit.has_named_duty(p_person, p_dataset, ARRAY['pekerjaan'])
            OR (EXISTS (SELECT 1 FROM accounts.person p WHERE p.id = p_person AND p.active AND p.service)
                AND EXISTS (SELECT 1 FROM ingest.release_order o
                    WHERE o.dataset_id = p_dataset AND o.lane = 'api' AND o.finished IS NULL))
    END, false)
$$;

-- In PL/pgSQL with one plan kept: the policies ask it some ten times a write, and planning it anew each time was half of
-- what a write cost the database.
CREATE OR REPLACE FUNCTION audit.scope(p_write boolean) RETURNS uuid[] LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    v_opening uuid := nullif(current_setting('portal.opening', true), '')::uuid;
    v_found uuid[];
BEGIN
    IF v_opening IS NULL THEN
        RETURN '{}';
    END IF;
    SELECT coalesce(array_agg(r.dataset_id), '{}'::uuid[]) INTO v_found
    FROM vault.opening o
    JOIN accounts.person p ON p.id = o.person_id AND p.active
    CROSS JOIN LATERAL (
        SELECT x.dataset_id, x.sifat FROM vault.register x WHERE x.dataset_id = ANY (o.dataset_ids)
        UNION
        SELECT x.dataset_id, x.sifat FROM vault.register x WHERE x.agency_id = ANY (o.agency_ids)) r
    LEFT JOIN vault.grant_record g ON g.id = o.grant_id
    WHERE o.id = v_opening
      AND o.ends > clock_timestamp()
      AND (NOT p_write OR o.act IN ('buat', 'ubah', 'olah', 'periksa', 'tetapkan', 'rilis', 'tarik', 'terbit'))
      AND CASE o.basis
            WHEN 'tugas' THEN r.sifat <> 'dikecualikan'
            ELSE g.dataset_id = r.dataset_id AND g.withdrawn IS NULL
                 AND clock_timestamp() BETWEEN g.starts AND g.ends
          END;
    RETURN v_found;
END $$;

-- A new dataset that is published at once. NULL: refused, recorded.
CREATE FUNCTION audit.open_new_published(p_person uuid, p_agency uuid, p_dataset uuid, p_address text)
RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_id uuid := gen_random_uuid();
BEGIN
    IF NOT audit.may_publish(p_person, p_agency, NULL)
        OR EXISTS (SELECT 1 FROM vault.register WHERE dataset_id = p_dataset) THEN
        PERFORM audit.append(p_person, p_agency, 'terbit', p_dataset, NULL, NULL, '', p_address, 'ditolak', '{}');
        RETURN NULL;
    END IF;
    PERFORM audit.append(p_person, p_agency, 'terbit', p_dataset, v_id, NULL, '', p_address, 'dibuka', '{"baru": true}');
    INSERT INTO vault.register (dataset_id, agency_id) VALUES (p_dataset, p_agency);
    INSERT INTO vault.opening (id, person_id, basis, act, dataset_id, dataset_ids, ends)
        VALUES (v_id, p_person, 'tugas', 'terbit', p_dataset, ARRAY[p_dataset], clock_timestamp() + interval '10 minutes');
    RETURN v_id;
END $$;

-- whether an id is taken by any dataset, for callers who name their own
CREATE FUNCTION audit.id_taken(p_dataset uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM vault.register WHERE dataset_id = p_dataset)
$$;

-- which dataset a resource belongs to; whether the caller may open that one is asked next
CREATE FUNCTION audit.dataset_of_resource(p_resource uuid) RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
    SELECT dataset_id FROM vault.resource WHERE id = p_resource LIMIT 1
$$;

-- The classification of an open dataset, by the PPID's opening or by that of a caller who may publish (`publik` only).
CREATE OR REPLACE FUNCTION audit.classify(p_dataset uuid, p_sifat text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_opening vault.opening;
BEGIN
    SELECT * INTO v_opening FROM vault.opening
        WHERE id = nullif(current_setting('portal.opening', true), '')::uuid
          AND (act = 'tetapkan' OR act = 'terbit' AND p_sifat = 'publik');
    IF v_opening.id IS NULL OR NOT p_dataset = ANY (audit.scope(true)) THEN
        RETURN false;
    END IF;
    IF v_opening.act = 'terbit' AND EXISTS (
        SELECT 1 FROM vault.register WHERE dataset_id = p_dataset AND sifat = p_sifat) THEN
        RETURN true;
    END IF;
    UPDATE vault.register SET sifat = p_sifat WHERE dataset_id = p_dataset;
    PERFORM audit.note_opened(v_opening, 'tetapkan', p_dataset, p_sifat,
        CASE v_opening.act WHEN 'terbit' THEN '{"aktor": "api"}'::jsonb ELSE '{}' END);
    RETURN true;
END $$;

-- An open dataset passes to another agency, at which the person must have a duty or the right to publish.
CREATE FUNCTION audit.hand_over(p_dataset uuid, p_agency uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_opening vault.opening;
BEGIN
    SELECT * INTO v_opening FROM vault.opening
        WHERE id = nullif(current_setting('portal.opening', true), '')::uuid AND act IN ('ubah', 'terbit');
    IF v_opening.id IS NULL OR NOT p_dataset = ANY (audit.scope(true))
        OR NOT (audit.has_duty(v_opening.person_id, p_agency)
            OR audit.may_publish(v_opening.person_id, p_agency, p_dataset)) THEN
        RETURN false;
    END IF;
    PERFORM audit.note_opened(v_opening, 'serahkan', p_dataset, '', jsonb_build_object('agency', p_agency));
    UPDATE vault.register SET agency_id = p_agency WHERE dataset_id = p_dataset;
    RETURN true;
END $$;

-- Everything of an open dataset is gone after this but the record; its id is never given again.
CREATE FUNCTION audit.purge(p_dataset uuid, p_reason text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_opening vault.opening;
BEGIN
    SELECT * INTO v_opening FROM vault.opening
        WHERE id = nullif(current_setting('portal.opening', true), '')::uuid AND act IN ('ubah', 'terbit');
    IF v_opening.id IS NULL OR NOT p_dataset = ANY (audit.scope(true)) THEN
        RETURN false;
    END IF;
    PERFORM audit.note_opened(v_opening, 'hapus_permanen', p_dataset, p_reason, '{}');
    RETURN true;
END $$;

REVOKE ALL ON FUNCTION audit.may_publish, audit.open_new_published, audit.id_taken, audit.dataset_of_resource, audit.hand_over,
    audit.purge FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit.open_new_published, audit.id_taken, audit.dataset_of_resource, audit.hand_over,
    audit.purge TO @office@;
RESET ROLE;
