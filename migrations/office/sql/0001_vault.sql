-- The vault (I3, I3a): all that is not published. Each content table has a forced policy that asks the opening
-- set for this transaction; openings are made only by audit.open(), in a transaction of their own.
CREATE SCHEMA vault AUTHORIZATION @vault_owner@;
SET LOCAL ROLE @vault_owner@;
GRANT USAGE ON SCHEMA vault TO @office@, @auditor@;

-- Content-free: which dataset belongs to whom and how it is classified. Auditor's functions only.
CREATE TABLE vault.register (
    dataset_id uuid PRIMARY KEY,
    agency_id uuid NOT NULL,
    sifat text NOT NULL DEFAULT 'belum_ditetapkan' CHECK (sifat IN ('belum_ditetapkan', 'publik', 'dikecualikan')),
    created timestamptz NOT NULL DEFAULT now(),
    UNIQUE (dataset_id, agency_id)
);
CREATE INDEX register_agency ON vault.register (agency_id);

-- Persons named on one dataset: its checker, its PPID officer, the BPS member, the job that works on it.
CREATE TABLE vault.duty (
    dataset_id uuid NOT NULL REFERENCES vault.register (dataset_id) ON DELETE CASCADE,
    person_id uuid NOT NULL,
    duty text NOT NULL CHECK (duty IN ('pemeriksa', 'ppid', 'bps', 'pekerjaan')),
    since timestamptz NOT NULL DEFAULT now(),
    until timestamptz,
    PRIMARY KEY (dataset_id, person_id, duty)
);
CREATE INDEX duty_person ON vault.duty (person_id);

-- Grants for exempt material (domain.md 8.4).
CREATE TABLE vault.grant_record (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    dataset_id uuid NOT NULL REFERENCES vault.register (dataset_id) ON DELETE CASCADE,
    person_id uuid NOT NULL,
    acts text[] NOT NULL CHECK (acts <@ ARRAY['lihat', 'unduh', 'api', 'olah']),
    columns text[],
    basis text NOT NULL CHECK (basis IN ('izin_pemilik', 'persetujuan_sekda', 'perintah_bupati', 'petugas_pemilik')),
    purpose text NOT NULL CHECK (purpose <> ''),
    granted_by uuid NOT NULL,
    starts timestamptz NOT NULL,
    ends timestamptz NOT NULL CHECK (ends > starts AND ends <= starts + interval '1 year'),
    withdrawn timestamptz,
    CHECK (granted_by <> person_id)
);

CREATE TABLE vault.opening (
    id uuid PRIMARY KEY,
    person_id uuid NOT NULL,
    basis text NOT NULL CHECK (basis IN ('tugas', 'izin')),
    act text NOT NULL,
    dataset_id uuid,
    agency_ids uuid[] NOT NULL DEFAULT '{}',
    dataset_ids uuid[] NOT NULL DEFAULT '{}',
    grant_id uuid,
    columns text[],
    opened timestamptz NOT NULL DEFAULT clock_timestamp(),
    ends timestamptz NOT NULL
);
CREATE INDEX opening_ends ON vault.opening (ends);

CREATE TABLE vault.dataset (
    id uuid PRIMARY KEY,
    agency_id uuid NOT NULL,
    name text NOT NULL CHECK (name ~ '^[a-z0-9][a-z0-9_-]{1,99}$'),
    working_version integer NOT NULL DEFAULT 1,
    live_version integer,
    revision integer NOT NULL DEFAULT 1,
    created timestamptz NOT NULL DEFAULT now(),
    created_by uuid NOT NULL,
    modified timestamptz NOT NULL DEFAULT now(),
    modified_by uuid NOT NULL,
    UNIQUE (agency_id, name),
    -- the agency is the register's
    FOREIGN KEY (id, agency_id) REFERENCES vault.register (dataset_id, agency_id) ON DELETE CASCADE
);

CREATE TABLE vault.version (
    dataset_id uuid NOT NULL REFERENCES vault.dataset (id) ON DELETE CASCADE,
    version integer NOT NULL CHECK (version > 0),
    state text NOT NULL,
    metadata jsonb NOT NULL,
    notes text NOT NULL DEFAULT '',
    due timestamptz,
    created timestamptz NOT NULL DEFAULT now(),
    created_by uuid NOT NULL,
    released timestamptz,
    PRIMARY KEY (dataset_id, version)
);

CREATE TABLE vault.resource (
    id uuid NOT NULL,
    dataset_id uuid NOT NULL,
    version integer NOT NULL,
    position integer NOT NULL DEFAULT 0,
    name text NOT NULL,
    description text NOT NULL DEFAULT '',
    kind text NOT NULL CHECK (kind IN ('tabel', 'layer', 'berkas')),
    format text NOT NULL,
    filename text NOT NULL,
    size bigint NOT NULL,
    sha256 text NOT NULL,
    state text NOT NULL DEFAULT 'diterima'
        CHECK (state IN ('diterima', 'diperiksa_berkas', 'menunggu_pilihan', 'dimuat', 'gagal')),
    choice jsonb NOT NULL DEFAULT '{}',
    report jsonb NOT NULL DEFAULT '{}',
    columns jsonb NOT NULL DEFAULT '[]',
    layer jsonb,
    table_name text,
    row_count bigint,
    PRIMARY KEY (id, version),
    FOREIGN KEY (dataset_id, version) REFERENCES vault.version (dataset_id, version) ON DELETE CASCADE
);
CREATE INDEX resource_version ON vault.resource (dataset_id, version, position);

CREATE TABLE vault.file (
    dataset_id uuid NOT NULL REFERENCES vault.dataset (id) ON DELETE CASCADE,
    version integer NOT NULL,
    sha256 text NOT NULL,
    size bigint NOT NULL,
    path text NOT NULL UNIQUE,
    wrapped_key bytea NOT NULL,
    key_id text NOT NULL,
    created timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (dataset_id, version, sha256)
);

CREATE TABLE vault.upload (
    id uuid PRIMARY KEY,
    dataset_id uuid NOT NULL REFERENCES vault.dataset (id) ON DELETE CASCADE,
    person_id uuid NOT NULL,
    filename text NOT NULL,
    length bigint NOT NULL CHECK (length >= 0),
    received bigint NOT NULL DEFAULT 0 CHECK (received BETWEEN 0 AND length),
    wrapped_key bytea NOT NULL,
    key_id text NOT NULL,
    started timestamptz NOT NULL DEFAULT now(),
    touched timestamptz NOT NULL DEFAULT now(),
    finished timestamptz
);

CREATE TABLE vault.receipt (
    number text PRIMARY KEY,
    dataset_id uuid NOT NULL REFERENCES vault.dataset (id) ON DELETE CASCADE,
    version integer NOT NULL,
    resource_id uuid,
    at timestamptz NOT NULL DEFAULT now(),
    person_id uuid NOT NULL,
    filename text NOT NULL,
    size bigint NOT NULL,
    sha256 text NOT NULL
);
CREATE SEQUENCE vault.receipt_number;

CREATE TABLE vault.finding (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    dataset_id uuid NOT NULL REFERENCES vault.dataset (id) ON DELETE CASCADE,
    version integer NOT NULL,
    resource_id uuid,
    rule text NOT NULL,
    severity text NOT NULL CHECK (severity IN ('galat', 'peringatan', 'catatan')),
    message text NOT NULL,
    place jsonb NOT NULL DEFAULT '{}',
    created timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX finding_version ON vault.finding (dataset_id, version);

-- every transition: who, when, what, why (T25)
CREATE TABLE vault.transition (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    dataset_id uuid NOT NULL REFERENCES vault.dataset (id) ON DELETE CASCADE,
    version integer NOT NULL,
    from_state text,
    to_state text NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    person_id uuid NOT NULL,
    why text NOT NULL DEFAULT '',
    detail jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX transition_version ON vault.transition (dataset_id, version, id);

CREATE TABLE vault.classification (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    dataset_id uuid NOT NULL REFERENCES vault.dataset (id) ON DELETE CASCADE,
    version integer NOT NULL,
    sifat text NOT NULL CHECK (sifat IN ('publik', 'dikecualikan')),
    decided_by uuid NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    number text NOT NULL DEFAULT '',
    grounds text[] NOT NULL DEFAULT '{}',
    reason text NOT NULL DEFAULT '',
    ends timestamptz
);

CREATE TABLE vault.consent (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    dataset_id uuid NOT NULL REFERENCES vault.dataset (id) ON DELETE CASCADE,
    acts text[] NOT NULL CHECK (acts <@ ARRAY['simpan', 'olah', 'integrasi', 'verifikasi', 'publikasi']),
    given_by uuid NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    ends timestamptz,
    withdrawn timestamptz
);

-- bulk tables: the row must be sealed when the transaction that made it commits
CREATE TABLE vault.bulk (
    name text PRIMARY KEY CHECK (name ~ '^[tl]_[0-9a-f]{32}_[0-9]+$'),
    dataset_id uuid NOT NULL REFERENCES vault.register (dataset_id) ON DELETE CASCADE,
    sealed boolean NOT NULL DEFAULT false,
    made timestamptz NOT NULL DEFAULT now()
);
RESET ROLE;
