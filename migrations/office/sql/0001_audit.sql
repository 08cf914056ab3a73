-- The chained record (I3a, domain.md 8.7): only the auditor's functions append; nobody updates or deletes.
CREATE SCHEMA audit AUTHORIZATION @auditor@;
SET LOCAL ROLE @auditor@;
GRANT USAGE ON SCHEMA audit TO @office@, @vault_owner@;

CREATE TABLE audit.record (
    seq bigint PRIMARY KEY,
    at timestamptz NOT NULL,
    person_id uuid,
    agency_id uuid,
    act text NOT NULL,
    dataset_id uuid,
    opening_id uuid,
    grant_id uuid,
    purpose text NOT NULL DEFAULT '',
    address text NOT NULL DEFAULT '',
    result text NOT NULL,
    detail jsonb NOT NULL DEFAULT '{}',
    prev bytea NOT NULL,
    hash bytea NOT NULL
);
CREATE INDEX record_dataset ON audit.record (dataset_id, seq);
CREATE INDEX record_person ON audit.record (person_id, seq);
ALTER TABLE audit.record ENABLE ROW LEVEL SECURITY;
REVOKE UPDATE, DELETE, TRUNCATE ON audit.record FROM @auditor@;

-- one text form for hashing, written once here and once in portal/audit/chain.py
CREATE FUNCTION audit.canonical(r audit.record) RETURNS text LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp AS $$
    SELECT concat_ws(E'\x1f', r.seq::text,
        to_char(r.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'),
        coalesce(r.person_id::text, ''), coalesce(r.agency_id::text, ''), r.act,
        coalesce(r.dataset_id::text, ''), coalesce(r.opening_id::text, ''), coalesce(r.grant_id::text, ''),
        r.purpose, r.address, r.result, r.detail::text, encode(r.prev, 'hex'))
$$;

CREATE FUNCTION audit.append(
    p_person uuid, p_agency uuid, p_act text, p_dataset uuid, p_opening uuid, p_grant uuid,
    p_purpose text, p_address text, p_result text, p_detail jsonb
) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    r audit.record;
BEGIN
    -- one writer at a time: the chain is a line, not a tree
    PERFORM pg_advisory_xact_lock(hashtext('audit.record'));
    SELECT seq, hash INTO r.seq, r.prev FROM audit.record ORDER BY seq DESC LIMIT 1;
    r.seq := coalesce(r.seq, 0) + 1;
    r.prev := coalesce(r.prev, '\x00'::bytea);
    r.at := clock_timestamp();
    r.person_id := p_person; r.agency_id := p_agency; r.act := p_act; r.dataset_id := p_dataset;
    r.opening_id := p_opening; r.grant_id := p_grant;
    -- control characters would let a writer forge the separators of the canonical form
    r.purpose := regexp_replace(left(coalesce(p_purpose, ''), 2000), '[\x01-\x1f]', ' ', 'g');
    r.address := regexp_replace(left(coalesce(p_address, ''), 100), '[\x01-\x1f]', ' ', 'g');
    r.result := p_result; r.detail := coalesce(p_detail, '{}'::jsonb);
    r.hash := sha256(convert_to(audit.canonical(r), 'UTF8'));
    INSERT INTO audit.record SELECT r.*;
    RETURN r.seq;
END $$;

-- acts on things that are no secret (sign-in, role changes, releases): recorded in the caller's transaction
CREATE FUNCTION audit.note(p_person uuid, p_agency uuid, p_act text, p_dataset uuid, p_purpose text, p_address text,
    p_result text, p_detail jsonb) RETURNS bigint LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
    SELECT audit.append(p_person, p_agency, p_act, p_dataset, NULL, NULL, p_purpose, p_address, p_result, p_detail)
$$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA audit FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit.note TO @office@;
CREATE POLICY record_of_auditor ON audit.record TO @auditor@ USING (true) WITH CHECK (true);
RESET ROLE;
