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
CREATE INDEX record_agency ON audit.record (agency_id, seq);
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
    r.person_id := p_person; r.agency_id := p_agency; r.dataset_id := p_dataset;
    r.opening_id := p_opening; r.grant_id := p_grant;
    -- control characters would let a writer forge the separators of the canonical form
    r.act := regexp_replace(left(coalesce(p_act, ''), 100), '[\x01-\x1f]', ' ', 'g');
    r.result := regexp_replace(left(coalesce(p_result, ''), 100), '[\x01-\x1f]', ' ', 'g');
    r.purpose := regexp_replace(left(coalesce(p_purpose, ''), 2000), '[\x01-\x1f]', ' ', 'g');
    r.address := regexp_replace(left(coalesce(p_address, ''), 100), '[\x01-\x1f]', ' ', 'g');
    r.detail := coalesce(p_detail, '{}'::jsonb);
    r.hash := sha256(convert_to(audit.canonical(r), 'UTF8'));
    INSERT INTO audit.record SELECT r.*;
    RETURN r.seq;
END $$;

-- Acts that are recorded in the caller's own transaction wait here and are chained when it commits: the chain's lock
-- is then held for the commit alone. Held longer, it would stop every other opening, the caller's own next one too.
CREATE TABLE audit.pending (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person_id uuid, agency_id uuid, act text NOT NULL, dataset_id uuid, opening_id uuid,
    purpose text, address text, result text NOT NULL, detail jsonb
);

CREATE FUNCTION audit.chain_pending() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM audit.append(NEW.person_id, NEW.agency_id, NEW.act, NEW.dataset_id, NEW.opening_id, NULL, NEW.purpose,
        NEW.address, NEW.result, NEW.detail);
    DELETE FROM audit.pending WHERE id = NEW.id;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER pending_chained AFTER INSERT ON audit.pending
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit.chain_pending();

-- acts on things that are no secret (sign-in, role changes, releases)
CREATE FUNCTION audit.note(p_person uuid, p_agency uuid, p_act text, p_dataset uuid, p_purpose text, p_address text,
    p_result text, p_detail jsonb) RETURNS void LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO audit.pending (person_id, agency_id, act, dataset_id, purpose, address, result, detail)
        VALUES (p_person, p_agency, p_act, p_dataset, p_purpose, p_address, p_result, p_detail)
$$;

-- Reading the record is an act too: recorded (and committed) first. An auditor reads all, a head his agency's.
-- Returns the place of its own line, or NULL: refused, recorded.
CREATE FUNCTION audit.open_record(p_person uuid, p_agency uuid, p_dataset uuid, p_address text)
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_ok boolean;
    v_seq bigint;
BEGIN
    SELECT EXISTS (
        SELECT 1 FROM accounts.role_at a JOIN accounts.person p ON p.id = a.person_id AND p.active
        WHERE a.person_id = p_person
          AND (a.role = 'auditor' OR a.role = 'kepala_opd' AND a.agency_id = p_agency)) INTO v_ok;
    v_seq := audit.append(p_person, p_agency, 'baca_catatan', p_dataset, NULL, NULL, '', p_address,
        CASE WHEN v_ok THEN 'dibuka' ELSE 'ditolak' END, '{}');
    RETURN CASE WHEN v_ok THEN v_seq END;
END $$;

-- what the line `p_entry` of audit.open_record opened, newest first, for one minute
CREATE FUNCTION audit.read(p_entry bigint, p_before bigint, p_limit integer)
RETURNS TABLE (seq bigint, at timestamptz, person_id uuid, agency_id uuid, act text, dataset_id uuid, grant_id uuid,
    purpose text, address text, result text, detail jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT r.seq, r.at, r.person_id, r.agency_id, r.act, r.dataset_id, r.grant_id, r.purpose, r.address, r.result,
        r.detail
    FROM audit.record e JOIN audit.record r
        ON (e.agency_id IS NULL OR r.agency_id = e.agency_id) AND (e.dataset_id IS NULL OR r.dataset_id = e.dataset_id)
    WHERE e.seq = p_entry AND e.act = 'baca_catatan' AND e.result = 'dibuka'
      AND e.at > clock_timestamp() - interval '1 minute' AND (p_before IS NULL OR r.seq < p_before)
    ORDER BY r.seq DESC LIMIT p_limit
$$;

-- every line as it stands, for the check of the chain (`portal audit verify`); `detail` as the text that was hashed
CREATE FUNCTION audit.walk(p_after bigint, p_limit integer)
RETURNS TABLE (seq bigint, at timestamptz, person_id uuid, agency_id uuid, act text, dataset_id uuid, opening_id uuid,
    grant_id uuid, purpose text, address text, result text, detail text, prev bytea, hash bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT r.seq, r.at, r.person_id, r.agency_id, r.act, r.dataset_id, r.opening_id, r.grant_id, r.purpose, r.address,
        r.result, r.detail::text, r.prev, r.hash
    FROM audit.record r WHERE r.seq > p_after ORDER BY r.seq LIMIT p_limit
$$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA audit FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit.note, audit.open_record, audit.read, audit.walk TO @office@;
CREATE POLICY record_of_auditor ON audit.record TO @auditor@ USING (true) WITH CHECK (true);
RESET ROLE;
