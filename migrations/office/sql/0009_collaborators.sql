-- Collaborators of one dataset (CKAN's package_collaborator_*): a duty on it, given by who administers its agency or is
-- an administering collaborator. Whether anybody may give one is the profile's to say (`kolaborator`).
SET LOCAL ROLE @vault_owner@;
ALTER TABLE vault.duty DROP CONSTRAINT duty_duty_check;
ALTER TABLE vault.duty ADD CONSTRAINT duty_duty_check CHECK (duty IN ('pemeriksa', 'ppid', 'bps', 'pekerjaan',
    'kolaborator_baca', 'kolaborator_ubah', 'kolaborator_kelola'));
GRANT SELECT (created_by, modified) ON vault.dataset TO @auditor@;
CREATE INDEX dataset_created_by ON vault.dataset (created_by);
RESET ROLE;
SET LOCAL ROLE @auditor@;

-- as before, and: a collaborator reads, and edits where he was made an editor or administrator of the dataset
CREATE OR REPLACE FUNCTION audit.may_open(p_person uuid, p_act text, p_dataset uuid, p_agency uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(CASE p_act
        WHEN 'lihat' THEN audit.has_duty(p_person, p_agency) OR audit.is_member(p_person, p_agency)
            OR audit.has_named_duty(p_person, p_dataset, ARRAY['pemeriksa', 'ppid', 'bps', 'pekerjaan',
                'kolaborator_baca', 'kolaborator_ubah', 'kolaborator_kelola'])
        WHEN 'ubah' THEN audit.has_duty(p_person, p_agency)
            OR audit.has_named_duty(p_person, p_dataset, ARRAY['kolaborator_ubah', 'kolaborator_kelola'])
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

-- who may give and take: the agency's administrator, an administering collaborator; the portal's administrator only for
-- a dataset that everybody sees, since unpublished ones are not his to know of. Never for what is dikecualikan.
CREATE FUNCTION audit.may_collaborate(p_person uuid, p_dataset uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (
        SELECT 1 FROM vault.register r JOIN accounts.person p ON p.id = p_person AND p.active
        WHERE r.dataset_id = p_dataset AND r.sifat <> 'dikecualikan' AND (
            audit.has_named_duty(p_person, p_dataset, ARRAY['kolaborator_kelola'])
            OR EXISTS (SELECT 1 FROM accounts.role_at a WHERE a.person_id = p_person AND (
                a.agency_id = r.agency_id AND a.role = 'pengelola'
                OR a.role = 'admin' AND EXISTS (
                    SELECT 1 FROM vault.dataset d WHERE d.id = p_dataset AND d.live_version IS NOT NULL)))))
$$;

-- Make a person a collaborator, in this capacity and no other. NULL: refused, and the refusal is recorded.
CREATE FUNCTION audit.name_collaborator(p_person uuid, p_dataset uuid, p_named uuid, p_duty text, p_address text)
RETURNS timestamptz LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_agency uuid;
    v_at timestamptz := clock_timestamp();
    v_ok boolean;
BEGIN
    SELECT agency_id INTO v_agency FROM vault.register WHERE dataset_id = p_dataset;
    -- nobody names himself
    v_ok := p_duty LIKE 'kolaborator\_%' AND p_person <> p_named AND audit.may_collaborate(p_person, p_dataset)
        AND EXISTS (SELECT 1 FROM accounts.person WHERE id = p_named AND active AND NOT service);
    PERFORM audit.append(p_person, v_agency, 'tugaskan', p_dataset, NULL, NULL, p_duty, p_address,
        CASE WHEN v_ok THEN 'dicatat' ELSE 'ditolak' END, jsonb_build_object('person', p_named));
    IF NOT v_ok THEN
        RETURN NULL;
    END IF;
    UPDATE vault.duty SET until = v_at WHERE dataset_id = p_dataset AND person_id = p_named AND duty <> p_duty
        AND duty LIKE 'kolaborator\_%' AND (until IS NULL OR until > v_at);
    INSERT INTO vault.duty (dataset_id, person_id, duty, since) VALUES (p_dataset, p_named, p_duty, v_at)
        ON CONFLICT (dataset_id, person_id, duty) DO UPDATE SET until = NULL, since = EXCLUDED.since;
    RETURN v_at;
END $$;

-- Make a person no collaborator any more; false when he was none. NULL: refused, recorded.
CREATE FUNCTION audit.end_collaborator(p_person uuid, p_dataset uuid, p_named uuid, p_address text)
RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_agency uuid;
    v_ok boolean := audit.may_collaborate(p_person, p_dataset);
BEGIN
    SELECT agency_id INTO v_agency FROM vault.register WHERE dataset_id = p_dataset;
    PERFORM audit.append(p_person, v_agency, 'akhiri_tugas', p_dataset, NULL, NULL, 'kolaborator', p_address,
        CASE WHEN v_ok THEN 'dicatat' ELSE 'ditolak' END, jsonb_build_object('person', p_named));
    IF NOT v_ok THEN
        RETURN NULL;
    END IF;
    UPDATE vault.duty SET until = clock_timestamp() WHERE dataset_id = p_dataset AND person_id = p_named
        AND duty LIKE 'kolaborator\_%' AND (until IS NULL OR until > clock_timestamp());
    RETURN FOUND;
END $$;

-- Collaborators of a dataset, for who may give and take (p_dataset), or a person's own collaborations (p_dataset NULL).
CREATE FUNCTION audit.collaborators(p_person uuid, p_dataset uuid)
RETURNS TABLE (dataset_id uuid, person_id uuid, duty text, since timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT d.dataset_id, d.person_id, d.duty, d.since FROM vault.duty d
    JOIN accounts.person p ON p.id = d.person_id AND p.active
    JOIN vault.register r ON r.dataset_id = d.dataset_id AND r.sifat <> 'dikecualikan'
    WHERE d.duty LIKE 'kolaborator\_%' AND (d.until IS NULL OR d.until > clock_timestamp())
      AND CASE WHEN p_dataset IS NULL THEN d.person_id = p_person
          ELSE d.dataset_id = p_dataset AND audit.may_collaborate(p_person, p_dataset) END
    ORDER BY d.since, d.dataset_id, d.person_id
$$;

-- Datasets that people made, newest first: released ones, and to their maker himself those that his duties still open.
CREATE FUNCTION audit.created_by(p_people uuid[], p_viewer uuid)
RETURNS TABLE (person_id uuid, dataset_id uuid, live boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT d.created_by, d.id, d.live_version IS NOT NULL
    FROM vault.dataset d JOIN vault.register r ON r.dataset_id = d.id AND NOT r.retired AND r.sifat <> 'dikecualikan'
    WHERE d.created_by = ANY (p_people) AND (d.live_version IS NOT NULL
        OR d.created_by = p_viewer AND audit.may_open(p_viewer, 'lihat', d.id, r.agency_id))
    ORDER BY d.modified DESC, d.id
$$;

REVOKE ALL ON FUNCTION audit.created_by, audit.may_collaborate, audit.name_collaborator, audit.end_collaborator, audit.collaborators
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit.created_by, audit.may_collaborate, audit.name_collaborator, audit.end_collaborator,
    audit.collaborators TO @office@;
RESET ROLE;
