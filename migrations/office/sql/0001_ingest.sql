-- Orders of the release verb (I4): ids and progress only, no content.
CREATE SCHEMA ingest;
GRANT USAGE ON SCHEMA ingest TO @office@;
CREATE TABLE ingest.release_order (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    kind text NOT NULL CHECK (kind IN ('rilis', 'tarik', 'kembali')),
    dataset_id uuid NOT NULL,
    version integer NOT NULL,
    step text NOT NULL DEFAULT 'dipesan'
        CHECK (step IN ('dipesan', 'berkas', 'baris', 'dibalik', 'terindeks', 'selesai', 'batal')),
    ordered_by uuid NOT NULL,
    reason text NOT NULL DEFAULT '',
    created timestamptz NOT NULL DEFAULT now(),
    touched timestamptz NOT NULL DEFAULT now(),
    finished timestamptz
);
CREATE INDEX release_order_open ON ingest.release_order (created) WHERE finished IS NULL;
CREATE UNIQUE INDEX release_order_one ON ingest.release_order (dataset_id) WHERE finished IS NULL;
GRANT SELECT, INSERT, UPDATE ON ingest.release_order TO @office@;

-- What an order puts on the public side or takes off it (hashes and table names, no content): written before the
-- thing itself is made, so that a sweeper can finish or remove what a kill left.
CREATE TABLE ingest.release_item (
    order_id uuid NOT NULL REFERENCES ingest.release_order (id) ON DELETE CASCADE,
    kind text NOT NULL CHECK (kind IN ('berkas', 'tabel')),
    name text NOT NULL,
    noted timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (order_id, kind, name)
);
GRANT SELECT, INSERT, DELETE ON ingest.release_item TO @office@;

-- Who is named on which submission (ids only): the load of each officer, counted without opening the vault.
CREATE TABLE ingest.assignment (
    dataset_id uuid NOT NULL,
    version integer NOT NULL,
    duty text NOT NULL CHECK (duty IN ('pemeriksa', 'ppid', 'bps')),
    person_id uuid NOT NULL REFERENCES accounts.person (id),
    named timestamptz NOT NULL DEFAULT now(),
    ended timestamptz,
    PRIMARY KEY (dataset_id, version, duty, person_id)
);
CREATE INDEX assignment_load ON ingest.assignment (duty, person_id) WHERE ended IS NULL;
GRANT SELECT, INSERT, UPDATE ON ingest.assignment TO @office@;

-- What must go up the floors goes by an event row.
CREATE SCHEMA contract;
GRANT USAGE ON SCHEMA contract TO @office@;
CREATE TABLE contract.event (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL,
    subject uuid,
    payload jsonb NOT NULL DEFAULT '{}',
    created timestamptz NOT NULL DEFAULT now(),
    taken timestamptz
);
CREATE INDEX event_open ON contract.event (kind, id) WHERE taken IS NULL;
GRANT SELECT, INSERT, UPDATE ON contract.event TO @office@;
