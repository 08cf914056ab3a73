-- Takes away what 0005 added; links are lost, the auditor's functions are as they were.
SET LOCAL ROLE @auditor@;
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
        WHEN 'olah' THEN audit.has_named_duty(p_person, p_dataset, ARRAY['pekerjaan'])
    END, false)
$$;

CREATE OR REPLACE FUNCTION audit.scope(p_write boolean) RETURNS uuid[] LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(r.dataset_id), '{}'::uuid[])
    FROM vault.opening o
    JOIN accounts.person p ON p.id = o.person_id AND p.active
    CROSS JOIN LATERAL (
        SELECT x.dataset_id, x.sifat FROM vault.register x WHERE x.dataset_id = ANY (o.dataset_ids)
        UNION
        SELECT x.dataset_id, x.sifat FROM vault.register x WHERE x.agency_id = ANY (o.agency_ids)) r
    LEFT JOIN vault.grant_record g ON g.id = o.grant_id
    WHERE o.id = nullif(current_setting('portal.opening', true), '')::uuid
      AND o.ends > clock_timestamp()
      AND (NOT p_write OR o.act IN ('buat', 'ubah', 'olah', 'periksa', 'tetapkan', 'rilis', 'tarik'))
      AND CASE o.basis
            WHEN 'tugas' THEN r.sifat <> 'dikecualikan'
            ELSE g.dataset_id = r.dataset_id AND g.withdrawn IS NULL
                 AND clock_timestamp() BETWEEN g.starts AND g.ends
          END
$$;

CREATE OR REPLACE FUNCTION audit.classify(p_dataset uuid, p_sifat text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_opening vault.opening;
BEGIN
    SELECT * INTO v_opening FROM vault.opening
        WHERE id = nullif(current_setting('portal.opening', true), '')::uuid AND act = 'tetapkan';
    IF v_opening.id IS NULL OR NOT p_dataset = ANY (audit.scope(true)) THEN
        RETURN false;
    END IF;
    UPDATE vault.register SET sifat = p_sifat WHERE dataset_id = p_dataset;
    PERFORM audit.note_opened(v_opening, 'tetapkan', p_dataset, p_sifat, '{}');
    RETURN true;
END $$;

DROP FUNCTION audit.purge, audit.hand_over, audit.dataset_of_resource, audit.id_taken, audit.open_new_published, audit.may_publish;
RESET ROLE;
DROP TABLE ingest.term_translation;
DROP TABLE ingest.task_status;
REVOKE SELECT (dataset_id, lane, finished) ON ingest.release_order FROM @auditor@;
REVOKE USAGE ON SCHEMA ingest FROM @auditor@;
ALTER TABLE ingest.release_order DROP COLUMN lane;
SET LOCAL ROLE @vault_owner@;
DROP FUNCTION vault.end_release, vault.put_version;
ALTER TABLE vault.dataset DROP CONSTRAINT dataset_id_agency_id_fkey;
ALTER TABLE vault.dataset ADD CONSTRAINT dataset_id_agency_id_fkey FOREIGN KEY (id, agency_id)
    REFERENCES vault.register (dataset_id, agency_id) ON DELETE CASCADE;
ALTER TABLE vault.dataset DROP CONSTRAINT dataset_name_check;
UPDATE vault.dataset SET name = 'd' || left(name, 99) WHERE name ~ '^[_-]';
ALTER TABLE vault.dataset ADD CONSTRAINT dataset_name_check CHECK (name ~ '^[a-z0-9][a-z0-9_-]{1,99}$');
REVOKE DELETE ON vault.dataset FROM @office@;
DROP POLICY auditor_resources ON vault.resource;
REVOKE SELECT (id, dataset_id) ON vault.resource FROM @auditor@;
DROP POLICY auditor_pointers ON vault.dataset;
DROP POLICY auditor_states ON vault.version;
REVOKE SELECT (id, working_version, live_version) ON vault.dataset FROM @auditor@;
REVOKE SELECT (dataset_id, version, state) ON vault.version FROM @auditor@;
DROP INDEX vault.dataset_agency_id_name_key;
UPDATE vault.dataset SET name = left(name, 60) || '-' || id WHERE retired;
ALTER TABLE vault.dataset DROP COLUMN retired;
ALTER TABLE vault.dataset ADD CONSTRAINT dataset_agency_id_name_key UNIQUE (agency_id, name);
DELETE FROM vault.resource WHERE kind = 'tautan';
ALTER TABLE vault.resource DROP COLUMN ckan;
ALTER TABLE vault.resource DROP CONSTRAINT resource_kind_check;
ALTER TABLE vault.resource ADD CONSTRAINT resource_kind_check CHECK (kind IN ('tabel', 'layer', 'berkas'));
RESET ROLE;
