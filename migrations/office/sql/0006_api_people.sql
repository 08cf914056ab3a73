-- What CKAN's account, group, follow and vocabulary actions keep. Office database only (I1).

-- agencies as CKAN's organisations: its names may begin with a hyphen; the rest goes out as it came in
ALTER TABLE accounts.agency DROP CONSTRAINT agency_name_check;
ALTER TABLE accounts.agency
    ADD CONSTRAINT agency_name_check CHECK (name ~ '^[a-z0-9_-]{2,100}$'),
    ADD COLUMN image_url text NOT NULL DEFAULT '',
    ADD COLUMN extras jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(extras) = 'array'),
    ADD COLUMN approval_status text NOT NULL DEFAULT 'approved',
    -- counts only while `active` is false: which of CKAN's other states it is in
    ADD COLUMN state text NOT NULL DEFAULT 'deleted';

-- the name by which programs call a person; made from the e-mail address where nobody chose one
ALTER TABLE accounts.person
    ADD COLUMN username text CHECK (username ~ '^[a-z0-9_-]{2,100}$'),
    ADD COLUMN about text,
    ADD COLUMN image_url text,
    ADD COLUMN plugin_extras jsonb,
    ADD COLUMN notify boolean NOT NULL DEFAULT false,
    ADD COLUMN pending boolean NOT NULL DEFAULT false;

CREATE FUNCTION accounts.fill_username() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_stem text := left(btrim(regexp_replace(lower(split_part(NEW.email, '@', 1)), '[^a-z0-9_-]+', '-', 'g'), '-'), 90);
    v_number integer := 1;
BEGIN
    IF length(v_stem) < 2 OR v_stem IN ('new', 'edit', 'search', 'me') THEN
        v_stem := 'orang-' || v_stem;
    END IF;
    NEW.username := v_stem;
    WHILE EXISTS (SELECT 1 FROM accounts.person p WHERE p.username = NEW.username) LOOP
        v_number := v_number + 1;
        NEW.username := v_stem || '-' || v_number;
    END LOOP;
    RETURN NEW;
END $$;
CREATE TRIGGER fill_username BEFORE INSERT OR UPDATE ON accounts.person
    FOR EACH ROW WHEN (NEW.username IS NULL) EXECUTE FUNCTION accounts.fill_username();
DO $$
DECLARE
    v_person uuid;
BEGIN
    FOR v_person IN SELECT id FROM accounts.person ORDER BY created, email LOOP
        UPDATE accounts.person SET username = NULL WHERE id = v_person;
    END LOOP;
END $$;
ALTER TABLE accounts.person ALTER COLUMN username SET NOT NULL;
CREATE UNIQUE INDEX person_username ON accounts.person (username);

-- who made a token for somebody else, so that its owner can see it
ALTER TABLE accounts.token ADD COLUMN made_by uuid REFERENCES accounts.person (id);

-- subject groups: those of the profile and those made through the API; the public side gets them by notice
CREATE TABLE accounts.subject_group (
    id uuid PRIMARY KEY,
    name text NOT NULL UNIQUE CHECK (name ~ '^[a-z0-9_-]{2,100}$'),
    title text NOT NULL DEFAULT '',
    description text NOT NULL DEFAULT '',
    image_url text NOT NULL DEFAULT '',
    extras jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(extras) = 'array'),
    state text NOT NULL DEFAULT 'active',
    approval_status text NOT NULL DEFAULT 'approved',
    position integer NOT NULL DEFAULT 0,
    origin text NOT NULL CHECK (origin IN ('profil', 'api')),
    -- names it had: datasets that name it by one of them still mean this group
    former_names text[] NOT NULL DEFAULT '{}',
    created timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE accounts.group_member (
    group_id uuid NOT NULL REFERENCES accounts.subject_group (id) ON DELETE CASCADE,
    person_id uuid NOT NULL REFERENCES accounts.person (id),
    capacity text NOT NULL CHECK (capacity IN ('admin', 'editor', 'member')),
    given_by uuid REFERENCES accounts.person (id),
    since timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (group_id, person_id)
);
CREATE INDEX group_member_person ON accounts.group_member (person_id);

-- `object_id` is a person, a published dataset, or an agency or subject group (CKAN follows both as groups)
CREATE TABLE accounts.follow (
    person_id uuid NOT NULL REFERENCES accounts.person (id),
    kind text NOT NULL CHECK (kind IN ('user', 'dataset', 'group')),
    object_id uuid NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (person_id, kind, object_id)
);
CREATE INDEX follow_object ON accounts.follow (kind, object_id);

-- acts on people, agencies and groups in CKAN's words; those on datasets are read from the releases themselves
CREATE TABLE accounts.activity (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    person_id uuid REFERENCES accounts.person (id),
    kind text NOT NULL CHECK (kind IN ('user', 'group', 'organization', 'package')),
    object_id uuid NOT NULL,
    activity_type text NOT NULL,
    data jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX activity_object ON accounts.activity (object_id, at DESC);
CREATE INDEX activity_person ON accounts.activity (person_id, at DESC);

CREATE TABLE accounts.dashboard (
    person_id uuid PRIMARY KEY REFERENCES accounts.person (id),
    viewed timestamptz NOT NULL
);

CREATE TABLE accounts.vocabulary (
    id uuid PRIMARY KEY,
    name text NOT NULL UNIQUE CHECK (length(name) BETWEEN 2 AND 100)
);
CREATE TABLE accounts.vocabulary_tag (
    id uuid PRIMARY KEY,
    vocabulary_id uuid NOT NULL REFERENCES accounts.vocabulary (id) ON DELETE CASCADE,
    name text NOT NULL,
    UNIQUE (vocabulary_id, name)
);

-- texts of the portal that an administrator may change while it runs
CREATE TABLE accounts.site_text (
    key text PRIMARY KEY,
    value text NOT NULL,
    changed timestamptz NOT NULL DEFAULT now(),
    changed_by uuid REFERENCES accounts.person (id)
);

GRANT SELECT, INSERT, UPDATE ON accounts.subject_group, accounts.group_member, accounts.follow, accounts.activity,
    accounts.dashboard, accounts.vocabulary, accounts.vocabulary_tag, accounts.site_text TO @office@;
GRANT DELETE ON accounts.agency, accounts.subject_group, accounts.group_member, accounts.follow, accounts.vocabulary,
    accounts.vocabulary_tag TO @office@;

-- Role `anggota` (CKAN's member) reads unclassified drafts of its agency and does nothing else (I3): `lihat` and the
-- list, never `ubah`.
SET LOCAL ROLE @vault_owner@;
ALTER TABLE vault.register ADD COLUMN retired boolean NOT NULL DEFAULT false;
RESET ROLE;
SET LOCAL ROLE @auditor@;
CREATE FUNCTION audit.is_member(p_person uuid, p_agency uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (
        SELECT 1 FROM accounts.role_at a JOIN accounts.person p ON p.id = a.person_id AND p.active
        WHERE a.person_id = p_person AND a.agency_id = p_agency AND a.role = 'anggota')
$$;
REVOKE ALL ON FUNCTION audit.is_member FROM PUBLIC;

-- yes or no, so that an agency is not closed over its datasets; which they are stays behind the openings. Deleted ones
-- do not count: the register is told of them by a trigger on the dataset.
CREATE FUNCTION audit.agency_has_datasets(p_agency uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM vault.register WHERE agency_id = p_agency AND NOT retired)
$$;
CREATE FUNCTION audit.note_retired() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE vault.register SET retired = NEW.retired WHERE dataset_id = NEW.id;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION audit.agency_has_datasets, audit.note_retired FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit.note_retired TO @vault_owner@;
GRANT EXECUTE ON FUNCTION audit.agency_has_datasets TO @office@;

CREATE OR REPLACE FUNCTION audit.may_open(p_person uuid, p_act text, p_dataset uuid, p_agency uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(CASE p_act
        WHEN 'lihat' THEN audit.has_duty(p_person, p_agency) OR audit.is_member(p_person, p_agency)
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

CREATE OR REPLACE FUNCTION audit.open_list(p_person uuid, p_purpose text, p_address text)
RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_id uuid := gen_random_uuid();
    v_agencies uuid[];
    v_datasets uuid[];
BEGIN
    SELECT coalesce(array_agg(DISTINCT a.agency_id), '{}') INTO v_agencies
        FROM accounts.role_at a JOIN accounts.person p ON p.id = a.person_id AND p.active
        WHERE a.person_id = p_person
          AND a.role IN ('produsen', 'gis', 'walidata_pendukung', 'ppid_pelaksana', 'kepala_opd', 'anggota');
    SELECT coalesce(array_agg(DISTINCT d.dataset_id), '{}') INTO v_datasets
        FROM vault.duty d JOIN accounts.person p ON p.id = d.person_id AND p.active
        WHERE d.person_id = p_person AND (d.until IS NULL OR d.until > clock_timestamp());
    PERFORM audit.append(p_person, NULL, 'daftar', NULL, v_id, NULL, p_purpose, p_address, 'dibuka', '{}');
    INSERT INTO vault.opening (id, person_id, basis, act, agency_ids, dataset_ids, ends)
        VALUES (v_id, p_person, 'tugas', 'daftar', v_agencies, v_datasets, clock_timestamp() + interval '10 minutes');
    RETURN v_id;
END $$;
RESET ROLE;
SET LOCAL ROLE @vault_owner@;
CREATE TRIGGER note_retired AFTER UPDATE OF retired ON vault.dataset
    FOR EACH ROW EXECUTE FUNCTION audit.note_retired();
RESET ROLE;
