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
