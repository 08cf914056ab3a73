-- Every function finds the queue's own tables by itself, whatever search_path its caller has: a job is deferred in
-- the caller's transaction (the row is the outbox).
DO $$
DECLARE
    found regprocedure;
BEGIN
    FOR found IN
        SELECT p.oid FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = 'jobs'
    LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = jobs, pg_catalog, pg_temp', found);
    END LOOP;
END;
$$;

GRANT USAGE ON SCHEMA jobs TO @office@;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA jobs TO @office@;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA jobs TO @office@;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA jobs TO @office@;

CREATE SCHEMA operations;

-- What a person sees of a job. Findings here name rules, rows and columns; the content of exempt cells stays in the
-- vault.
CREATE TABLE operations.progress (
    job_id bigint PRIMARY KEY,
    kind text NOT NULL,
    subject text NOT NULL,
    state text NOT NULL DEFAULT 'queued'
        CHECK (state IN ('queued', 'running', 'succeeded', 'refused', 'failed')),
    percent smallint NOT NULL DEFAULT 0 CHECK (percent BETWEEN 0 AND 100),
    message text NOT NULL DEFAULT '',
    findings jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(findings) = 'array'),
    attempt integer NOT NULL DEFAULT 0,
    created timestamptz NOT NULL DEFAULT now(),
    started timestamptz,
    finished timestamptz,
    heartbeat timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX progress_subject ON operations.progress (subject, kind, job_id DESC);
CREATE INDEX progress_open ON operations.progress (state, created) WHERE state IN ('queued', 'running');

GRANT USAGE ON SCHEMA operations TO @office@;
GRANT SELECT, INSERT, UPDATE, DELETE ON operations.progress TO @office@;
