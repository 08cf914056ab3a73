-- Functions of the auditor: they decide who may open what, and record it first.
SET LOCAL ROLE @vault_owner@;
GRANT SELECT, INSERT, UPDATE, DELETE ON vault.register, vault.duty, vault.opening, vault.grant_record TO @auditor@;
GRANT SELECT ON vault.bulk TO @auditor@;
RESET ROLE;
SET LOCAL ROLE @auditor@;

-- the datasets that the opening of this transaction covers, now: a grant withdrawn, a person locked out or a dataset
-- classified as dikecualikan a moment ago is out of it at once
CREATE FUNCTION audit.scope(p_write boolean) RETURNS uuid[] LANGUAGE sql STABLE SECURITY DEFINER
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

-- as scope(false), for content (rows, files, reports that quote cells): a list opens metadata only, and a grant for
-- some columns opens nothing whole
CREATE FUNCTION audit.content() RETURNS uuid[] LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE WHEN EXISTS (
        SELECT 1 FROM vault.opening o WHERE o.id = nullif(current_setting('portal.opening', true), '')::uuid
            AND o.act <> 'daftar' AND o.columns IS NULL)
        THEN audit.scope(false) ELSE '{}'::uuid[] END
$$;

-- the agency of a dataset that is open for writing
CREATE FUNCTION audit.agency_of(p_dataset uuid) RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
    SELECT r.agency_id FROM vault.register r WHERE r.dataset_id = p_dataset AND p_dataset = ANY (audit.scope(true))
$$;

-- roles whose duty opens their own agency's unclassified material (I3)
CREATE FUNCTION audit.has_duty(p_person uuid, p_agency uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (
        SELECT 1 FROM accounts.role_at a JOIN accounts.person p ON p.id = a.person_id AND p.active
        WHERE a.person_id = p_person AND a.agency_id = p_agency
          AND a.role IN ('produsen', 'gis', 'walidata_pendukung', 'ppid_pelaksana', 'kepala_opd'))
$$;

CREATE FUNCTION audit.has_named_duty(p_person uuid, p_dataset uuid, p_duties text[]) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (
        SELECT 1 FROM vault.duty d JOIN accounts.person p ON p.id = d.person_id AND p.active
        WHERE d.person_id = p_person AND d.dataset_id = p_dataset AND d.duty = ANY (p_duties)
          AND (d.until IS NULL OR d.until > clock_timestamp()))
$$;

-- which duty opens a dataset for which act; an act that is not named here opens nothing
CREATE FUNCTION audit.may_open(p_person uuid, p_act text, p_dataset uuid, p_agency uuid) RETURNS boolean
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

-- who may be named for which duty: the holder of its role (domain.md 2), or a job's service account
CREATE FUNCTION audit.fits_duty(p_person uuid, p_duty text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (
        SELECT 1 FROM accounts.person p WHERE p.id = p_person AND p.active AND CASE p_duty
            WHEN 'pekerjaan' THEN p.service
            ELSE EXISTS (SELECT 1 FROM accounts.role_at a WHERE a.person_id = p.id AND CASE p_duty
                WHEN 'pemeriksa' THEN a.role IN ('walidata', 'tim_verval')
                WHEN 'ppid' THEN a.role = 'ppid'
                WHEN 'bps' THEN a.role = 'pembina'
                ELSE false END)
            END)
$$;

-- Open one dataset by duty. NULL: refused, and the refusal is recorded.
CREATE FUNCTION audit.open(p_person uuid, p_act text, p_dataset uuid, p_purpose text, p_address text)
RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_register vault.register;
    v_id uuid := gen_random_uuid();
    v_ok boolean;
BEGIN
    SELECT * INTO v_register FROM vault.register WHERE dataset_id = p_dataset;
    v_ok := v_register.dataset_id IS NOT NULL AND v_register.sifat <> 'dikecualikan'
        AND audit.may_open(p_person, p_act, p_dataset, v_register.agency_id);
    IF NOT v_ok THEN
        PERFORM audit.append(p_person, v_register.agency_id, p_act, p_dataset, NULL, NULL, p_purpose, p_address,
            'ditolak', '{}');
        RETURN NULL;
    END IF;
    PERFORM audit.append(p_person, v_register.agency_id, p_act, p_dataset, v_id, NULL, p_purpose, p_address,
        'dibuka', '{}');
    INSERT INTO vault.opening (id, person_id, basis, act, dataset_id, dataset_ids, ends)
        VALUES (v_id, p_person, 'tugas', p_act, p_dataset, ARRAY[p_dataset], clock_timestamp() +
            CASE WHEN p_act = 'olah' THEN interval '6 hours' ELSE interval '10 minutes' END);
    RETURN v_id;
END $$;

-- Open the list of what a person's duties cover: own agencies, and datasets on which the person is named.
CREATE FUNCTION audit.open_list(p_person uuid, p_purpose text, p_address text)
RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_id uuid := gen_random_uuid();
    v_agencies uuid[];
    v_datasets uuid[];
BEGIN
    SELECT coalesce(array_agg(DISTINCT a.agency_id), '{}') INTO v_agencies
        FROM accounts.role_at a JOIN accounts.person p ON p.id = a.person_id AND p.active
        WHERE a.person_id = p_person
          AND a.role IN ('produsen', 'gis', 'walidata_pendukung', 'ppid_pelaksana', 'kepala_opd');
    SELECT coalesce(array_agg(DISTINCT d.dataset_id), '{}') INTO v_datasets
        FROM vault.duty d JOIN accounts.person p ON p.id = d.person_id AND p.active
        WHERE d.person_id = p_person AND (d.until IS NULL OR d.until > clock_timestamp());
    PERFORM audit.append(p_person, NULL, 'daftar', NULL, v_id, NULL, p_purpose, p_address, 'dibuka', '{}');
    INSERT INTO vault.opening (id, person_id, basis, act, agency_ids, dataset_ids, ends)
        VALUES (v_id, p_person, 'tugas', 'daftar', v_agencies, v_datasets, clock_timestamp() + interval '10 minutes');
    RETURN v_id;
END $$;

-- A new dataset of an agency: the register row and the opening that lets its maker write it. NULL: refused.
CREATE FUNCTION audit.open_new(p_person uuid, p_agency uuid, p_dataset uuid, p_address text)
RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_id uuid := gen_random_uuid();
BEGIN
    IF NOT audit.has_duty(p_person, p_agency) OR EXISTS (SELECT 1 FROM vault.register WHERE dataset_id = p_dataset) THEN
        PERFORM audit.append(p_person, p_agency, 'buat', p_dataset, NULL, NULL, '', p_address, 'ditolak', '{}');
        RETURN NULL;
    END IF;
    PERFORM audit.append(p_person, p_agency, 'buat', p_dataset, v_id, NULL, '', p_address, 'dibuka', '{}');
    INSERT INTO vault.register (dataset_id, agency_id) VALUES (p_dataset, p_agency);
    INSERT INTO vault.opening (id, person_id, basis, act, dataset_id, dataset_ids, ends)
        VALUES (v_id, p_person, 'tugas', 'buat', p_dataset, ARRAY[p_dataset], clock_timestamp() + interval '10 minutes');
    RETURN v_id;
END $$;

-- Open an exempt dataset under a grant (domain.md 8.4). NULL: refused, recorded.
CREATE FUNCTION audit.open_exempt(p_person uuid, p_act text, p_dataset uuid, p_second_factor boolean,
    p_purpose text, p_address text)
RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_id uuid := gen_random_uuid();
    v_grant vault.grant_record;
    v_agency uuid;
    v_eligible boolean;
BEGIN
    SELECT agency_id INTO v_agency FROM vault.register WHERE dataset_id = p_dataset;
    SELECT EXISTS (
        SELECT 1 FROM accounts.person p JOIN accounts.role_at a ON a.person_id = p.id
        JOIN accounts.agency g ON g.id = a.agency_id
        WHERE p.id = p_person AND p.active AND (p.service OR p_second_factor)
          AND g.tingkat IN ('pusat', 'provinsi', 'daerah', 'vertikal')) INTO v_eligible;
    SELECT g.* INTO v_grant FROM vault.grant_record g JOIN vault.register r USING (dataset_id)
        WHERE g.dataset_id = p_dataset AND r.sifat = 'dikecualikan' AND g.person_id = p_person
          AND p_act = ANY (g.acts) AND g.withdrawn IS NULL AND clock_timestamp() BETWEEN g.starts AND g.ends
        ORDER BY g.ends DESC LIMIT 1;
    IF NOT v_eligible OR v_grant.id IS NULL THEN
        PERFORM audit.append(p_person, v_agency, p_act, p_dataset, NULL, NULL, p_purpose, p_address, 'ditolak', '{}');
        RETURN NULL;
    END IF;
    PERFORM audit.append(p_person, v_agency, p_act, p_dataset, v_id, v_grant.id,
        coalesce(nullif(p_purpose, ''), v_grant.purpose), p_address, 'dibuka', '{}');
    INSERT INTO vault.opening (id, person_id, basis, act, dataset_id, dataset_ids, grant_id, columns, ends)
        VALUES (v_id, p_person, 'izin', p_act, p_dataset, ARRAY[p_dataset], v_grant.id, v_grant.columns,
            least(v_grant.ends, clock_timestamp() + interval '10 minutes'));
    RETURN v_id;
END $$;

-- the columns of an exempt opening: NULL is all of them
CREATE FUNCTION audit.opening_columns(p_opening uuid) RETURNS text[] LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
    SELECT o.columns FROM vault.opening o WHERE o.id = p_opening
$$;

-- openings that ended a day ago are of no use to anyone; the record keeps what they were
CREATE FUNCTION audit.sweep_openings() RETURNS bigint LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
    WITH gone AS (DELETE FROM vault.opening WHERE ends < clock_timestamp() - interval '1 day' RETURNING 1)
    SELECT count(*) FROM gone
$$;

-- notes an act under the opening of this transaction; chained when it commits
CREATE FUNCTION audit.note_opened(p_opening vault.opening, p_act text, p_dataset uuid, p_purpose text, p_detail jsonb)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO audit.pending (person_id, agency_id, act, dataset_id, opening_id, purpose, result, detail)
        SELECT p_opening.person_id, r.agency_id, p_act, p_dataset, p_opening.id, p_purpose, 'dicatat', p_detail
        FROM vault.register r WHERE r.dataset_id = p_dataset
$$;

-- Name a person on a dataset; only by one who has it open for writing in this transaction.
CREATE FUNCTION audit.name_duty(p_dataset uuid, p_person uuid, p_duty text, p_until timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_opening vault.opening;
BEGIN
    SELECT * INTO v_opening FROM vault.opening
        WHERE id = nullif(current_setting('portal.opening', true), '')::uuid AND ends > clock_timestamp();
    IF v_opening.id IS NULL OR NOT p_dataset = ANY (audit.scope(true)) OR NOT audit.fits_duty(p_person, p_duty) THEN
        RETURN false;
    END IF;
    -- nobody names himself, save the job that carries on under the worker's own account
    IF v_opening.person_id = p_person AND p_duty <> 'pekerjaan' THEN
        RETURN false;
    END IF;
    INSERT INTO vault.duty (dataset_id, person_id, duty, until) VALUES (p_dataset, p_person, p_duty, p_until)
        ON CONFLICT (dataset_id, person_id, duty) DO UPDATE SET until = EXCLUDED.until, since = clock_timestamp();
    PERFORM audit.note_opened(v_opening, 'tugaskan', p_dataset, p_duty, jsonb_build_object('person', p_person));
    RETURN true;
END $$;

CREATE FUNCTION audit.end_duty(p_dataset uuid, p_duty text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_opening vault.opening;
BEGIN
    IF NOT p_dataset = ANY (audit.scope(true)) THEN
        RETURN;
    END IF;
    SELECT * INTO v_opening FROM vault.opening WHERE id = nullif(current_setting('portal.opening', true), '')::uuid;
    UPDATE vault.duty SET until = clock_timestamp() WHERE dataset_id = p_dataset AND duty = p_duty
        AND (until IS NULL OR until > clock_timestamp());
    IF FOUND THEN
        PERFORM audit.note_opened(v_opening, 'akhiri_tugas', p_dataset, p_duty, '{}');
    END IF;
END $$;

-- Who is named on the datasets that are open now.
CREATE FUNCTION audit.duties() RETURNS TABLE (dataset_id uuid, person_id uuid, duty text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT d.dataset_id, d.person_id, d.duty FROM vault.duty d
    WHERE d.dataset_id IN (SELECT unnest(audit.scope(false))) AND (d.until IS NULL OR d.until > clock_timestamp())
$$;

-- The classification of an open dataset, kept in the register so that every policy feels it at once.
CREATE FUNCTION audit.classify(p_dataset uuid, p_sifat text) RETURNS boolean
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

CREATE FUNCTION audit.sifat() RETURNS TABLE (dataset_id uuid, sifat text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT r.dataset_id, r.sifat FROM vault.register r WHERE r.dataset_id IN (SELECT unnest(audit.scope(false)))
$$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA audit FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit.scope, audit.content, audit.agency_of TO @vault_owner@, @office@;
GRANT EXECUTE ON FUNCTION audit.note, audit.open_record, audit.read, audit.walk, audit.open, audit.open_list,
    audit.open_new, audit.open_exempt, audit.opening_columns, audit.sweep_openings, audit.name_duty, audit.end_duty,
    audit.duties, audit.classify, audit.sifat TO @office@;
RESET ROLE;
