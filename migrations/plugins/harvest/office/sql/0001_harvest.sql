CREATE SCHEMA harvest;
REVOKE ALL ON SCHEMA harvest FROM PUBLIC;
GRANT USAGE ON SCHEMA harvest TO @office@;

-- A source belongs to an agency and is run for a person; both may be gone one day, and then it runs no more.
CREATE TABLE harvest.source (
    id uuid PRIMARY KEY,
    name text NOT NULL UNIQUE CHECK (name ~ '^[a-z0-9_-]{2,100}$'),
    title text NOT NULL CHECK (length(title) <= 500),
    notes text CHECK (length(notes) <= 20000),
    url text NOT NULL CHECK (length(url) <= 2000),
    address text NOT NULL,
    source_type text NOT NULL,
    agency_id uuid NOT NULL,
    frequency text CHECK (frequency IN ('MANUAL', 'ALWAYS', 'DAILY', 'WEEKLY', 'BIWEEKLY', 'MONTHLY')),
    config text NOT NULL DEFAULT '' CHECK (length(config) <= 100000),
    state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'paused', 'deleted')),
    creator_id uuid NOT NULL,
    acting_id uuid NOT NULL,
    created timestamptz NOT NULL,
    modified timestamptz NOT NULL,
    config_changed timestamptz NOT NULL,
    next_run timestamptz
);
CREATE INDEX source_address ON harvest.source (address);
CREATE INDEX source_agency ON harvest.source (agency_id);

CREATE TABLE harvest.job (
    id uuid PRIMARY KEY,
    source_id uuid NOT NULL REFERENCES harvest.source ON DELETE CASCADE,
    status text NOT NULL DEFAULT 'New' CHECK (status IN ('New', 'Running', 'Finished')),
    created timestamptz NOT NULL,
    gather_started timestamptz,
    gather_finished timestamptz,
    finished timestamptz,
    heartbeat timestamptz NOT NULL,
    stopped boolean NOT NULL DEFAULT false,
    whole boolean NOT NULL DEFAULT true,
    total integer NOT NULL DEFAULT 0,
    started_by uuid
);
CREATE INDEX job_source ON harvest.job (source_id, created DESC);
-- a source has one job that is not done
CREATE UNIQUE INDEX job_open ON harvest.job (source_id) WHERE status <> 'Finished';

CREATE TABLE harvest.object (
    id uuid PRIMARY KEY,
    seq bigint GENERATED ALWAYS AS IDENTITY,
    job_id uuid NOT NULL REFERENCES harvest.job ON DELETE CASCADE,
    source_id uuid NOT NULL REFERENCES harvest.source ON DELETE CASCADE,
    guid text NOT NULL CHECK (length(guid) <= 1000),
    act text NOT NULL DEFAULT 'simpan' CHECK (act IN ('simpan', 'hapus')),
    current boolean NOT NULL DEFAULT false,
    state text NOT NULL DEFAULT 'WAITING' CHECK (state IN ('WAITING', 'FETCH', 'IMPORT', 'COMPLETE', 'ERROR')),
    report_status text CHECK (report_status IN ('added', 'updated', 'not modified', 'errored', 'deleted')),
    gathered timestamptz NOT NULL,
    fetch_started timestamptz,
    fetch_finished timestamptz,
    import_started timestamptz,
    import_finished timestamptz,
    metadata_modified text,
    retry_times integer NOT NULL DEFAULT 0,
    package_id uuid,
    title text NOT NULL DEFAULT '',
    content text,
    extras jsonb NOT NULL DEFAULT '{}',
    UNIQUE (job_id, guid)
);
CREATE INDEX object_waiting ON harvest.object (job_id, seq) WHERE state IN ('WAITING', 'FETCH', 'IMPORT');
CREATE INDEX object_source ON harvest.object (source_id) WHERE current;
CREATE INDEX object_package ON harvest.object (package_id);

-- What a remote dataset became here. `reserved` is written before the dataset is made, so that a worker that dies in
-- between finds it again; `sent` is the hash of what was stored last.
CREATE TABLE harvest.link (
    source_id uuid NOT NULL REFERENCES harvest.source ON DELETE CASCADE,
    guid text NOT NULL,
    package_id uuid NOT NULL,
    name text NOT NULL DEFAULT '',
    state text NOT NULL CHECK (state IN ('reserved', 'here', 'gone')),
    metadata_modified text,
    sent text NOT NULL DEFAULT '',
    resources jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (source_id, guid)
);
CREATE UNIQUE INDEX link_package ON harvest.link (package_id);

CREATE TABLE harvest.object_error (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    object_id uuid NOT NULL REFERENCES harvest.object ON DELETE CASCADE,
    stage text NOT NULL,
    message text NOT NULL,
    line integer,
    created timestamptz NOT NULL
);
CREATE INDEX object_error_object ON harvest.object_error (object_id);

CREATE TABLE harvest.gather_error (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    job_id uuid NOT NULL REFERENCES harvest.job ON DELETE CASCADE,
    message text NOT NULL,
    created timestamptz NOT NULL
);
CREATE INDEX gather_error_job ON harvest.gather_error (job_id);

-- A look at what a source would give, before it is saved: the form as filled in, and the first datasets found.
CREATE TABLE harvest.trial (
    id uuid PRIMARY KEY,
    person_id uuid NOT NULL,
    source_id uuid,
    form jsonb NOT NULL,
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'done', 'failed')),
    message text NOT NULL DEFAULT '',
    total integer,
    found jsonb NOT NULL DEFAULT '[]',
    created timestamptz NOT NULL
);

GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA harvest TO @office@;
