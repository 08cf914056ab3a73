-- What the office index follows (I9): a card of every dataset that is not exempt, written by triggers in the
-- transaction that changes the dataset. A card holds what I3 lets the index hold: title, description, tags, facets.
-- Cards are read and marked by the auditor's functions alone; an exempt decision takes the card away.
SET LOCAL ROLE @vault_owner@;
CREATE SEQUENCE vault.index_revision;
CREATE TABLE vault.index_card (
    dataset_id uuid PRIMARY KEY REFERENCES vault.register (dataset_id) ON DELETE CASCADE,
    -- the id in the index: beside a draft stands the public document of the same dataset
    entry_id uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
    name text NOT NULL DEFAULT '',
    version integer NOT NULL DEFAULT 0,
    live_version integer,
    state text NOT NULL DEFAULT '',
    metadata jsonb NOT NULL DEFAULT '{}',
    parts jsonb NOT NULL DEFAULT '{}',
    created timestamptz NOT NULL DEFAULT clock_timestamp(),
    modified timestamptz NOT NULL DEFAULT clock_timestamp(),
    revision bigint NOT NULL DEFAULT nextval('vault.index_revision'),
    indexed_revision bigint NOT NULL DEFAULT 0,
    indexed boolean NOT NULL DEFAULT false
);
CREATE INDEX index_card_behind ON vault.index_card (revision) WHERE indexed_revision < revision;
COMMENT ON COLUMN vault.index_card.parts IS 'kind and format of each resource, by its id';
COMMENT ON COLUMN vault.index_card.indexed IS 'an entry was sent to the index and not taken back';

-- datasets that were here before; the walls are open for this statement of this transaction alone
CREATE FUNCTION vault.index_facts(p_metadata jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(jsonb_object_agg(key, value), '{}') FROM jsonb_each(p_metadata) WHERE key IN ('judul', 'deskripsi',
        'kata_kunci', 'jenis_data', 'kelompok', 'kelompok_lain', 'tingkat_penyajian', 'cakupan_wilayah', 'periode',
        'lisensi')
$$;
ALTER TABLE vault.dataset NO FORCE ROW LEVEL SECURITY;
ALTER TABLE vault.version NO FORCE ROW LEVEL SECURITY;
ALTER TABLE vault.resource NO FORCE ROW LEVEL SECURITY;
ALTER TABLE vault.register NO FORCE ROW LEVEL SECURITY;
INSERT INTO vault.index_card (dataset_id, name, version, live_version, state, metadata, parts, created, modified)
    SELECT d.id, d.name, v.version, d.live_version, v.state, vault.index_facts(v.metadata),
        (SELECT coalesce(jsonb_object_agg(r.id, jsonb_build_array(r.kind, r.format)), '{}') FROM vault.resource r
         WHERE r.dataset_id = v.dataset_id AND r.version = v.version), d.created, d.modified
    FROM vault.dataset d JOIN vault.version v ON v.dataset_id = d.id AND v.version = d.working_version
    JOIN vault.register g ON g.dataset_id = d.id AND g.sifat <> 'dikecualikan';
ALTER TABLE vault.dataset FORCE ROW LEVEL SECURITY;
ALTER TABLE vault.version FORCE ROW LEVEL SECURITY;
ALTER TABLE vault.resource FORCE ROW LEVEL SECURITY;
ALTER TABLE vault.register FORCE ROW LEVEL SECURITY;

ALTER TABLE vault.index_card ENABLE ROW LEVEL SECURITY;
ALTER TABLE vault.index_card FORCE ROW LEVEL SECURITY;
CREATE POLICY auditor ON vault.index_card TO @auditor@ USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON vault.index_card TO @auditor@;
GRANT USAGE ON SEQUENCE vault.index_revision TO @auditor@;
REVOKE ALL ON FUNCTION vault.index_facts FROM PUBLIC;
GRANT EXECUTE ON FUNCTION vault.index_facts TO @auditor@;
RESET ROLE;

SET LOCAL ROLE @auditor@;
CREATE FUNCTION audit.card_of_dataset() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO vault.index_card AS c (dataset_id, name, live_version, created, modified)
        SELECT NEW.id, NEW.name, NEW.live_version, NEW.created, NEW.modified FROM vault.register r
        WHERE r.dataset_id = NEW.id AND r.sifat <> 'dikecualikan'
        ON CONFLICT (dataset_id) DO UPDATE SET name = EXCLUDED.name, live_version = EXCLUDED.live_version,
            created = EXCLUDED.created, modified = EXCLUDED.modified, revision = EXCLUDED.revision;
    RETURN NULL;
END $$;

-- the card is that of the newest version, which is the one being worked on
CREATE FUNCTION audit.card_of_version() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO vault.index_card AS c (dataset_id, version, state, metadata)
        SELECT NEW.dataset_id, NEW.version, NEW.state, vault.index_facts(NEW.metadata) FROM vault.register r
        WHERE r.dataset_id = NEW.dataset_id AND r.sifat <> 'dikecualikan'
        ON CONFLICT (dataset_id) DO UPDATE SET version = EXCLUDED.version, state = EXCLUDED.state,
            metadata = EXCLUDED.metadata, revision = EXCLUDED.revision,
            parts = CASE WHEN c.version = EXCLUDED.version THEN c.parts ELSE '{}' END
        WHERE EXCLUDED.version >= c.version;
    RETURN NULL;
END $$;

CREATE FUNCTION audit.card_of_resource() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        UPDATE vault.index_card SET parts = parts - OLD.id::text, revision = nextval('vault.index_revision')
            WHERE dataset_id = OLD.dataset_id AND version = OLD.version AND parts ? OLD.id::text;
        RETURN NULL;
    END IF;
    UPDATE vault.index_card SET revision = nextval('vault.index_revision'),
            parts = parts || jsonb_build_object(NEW.id, jsonb_build_array(NEW.kind, NEW.format))
        WHERE dataset_id = NEW.dataset_id AND version = NEW.version
            AND parts -> NEW.id::text IS DISTINCT FROM jsonb_build_array(NEW.kind, NEW.format);
    RETURN NULL;
END $$;

CREATE FUNCTION audit.card_of_exempt() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    DELETE FROM vault.index_card WHERE dataset_id = NEW.dataset_id;
    RETURN NULL;
END $$;

-- Cards of which the index knows an older state, locked to the end of the transaction; one that another transaction
-- is changing is left to that one. Without metadata: no entry is wanted (published as it stands, or not yet whole).
CREATE FUNCTION audit.index_behind(p_limit integer) RETURNS TABLE (entry_id uuid, dataset_id uuid, agency_id uuid,
    agency_name text, agency_title text, name text, version integer, live_version integer, state text, metadata jsonb,
    parts jsonb, created timestamptz, modified timestamptz, revision bigint, indexed boolean)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT c.entry_id, c.dataset_id, r.agency_id, a.name, a.title, c.name, c.version, c.live_version, c.state,
        CASE WHEN c.live_version IS DISTINCT FROM c.version AND c.metadata <> '{}' THEN c.metadata END,
        c.parts, c.created, c.modified, c.revision, c.indexed
    FROM vault.index_card c JOIN vault.register r USING (dataset_id) JOIN accounts.agency a ON a.id = r.agency_id
    WHERE c.indexed_revision < c.revision AND r.sifat <> 'dikecualikan'
    ORDER BY c.revision LIMIT p_limit FOR UPDATE OF c SKIP LOCKED
$$;

-- The same, page by page, of every card that the index should have (after p_after, by entry id), or of those named.
CREATE FUNCTION audit.index_cards(p_after uuid, p_limit integer, p_entries uuid[]) RETURNS TABLE (entry_id uuid,
    dataset_id uuid, agency_id uuid, agency_name text, agency_title text, name text, version integer,
    live_version integer, state text, metadata jsonb, parts jsonb, created timestamptz, modified timestamptz,
    revision bigint, indexed boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT c.entry_id, c.dataset_id, r.agency_id, a.name, a.title, c.name, c.version, c.live_version, c.state,
        c.metadata, c.parts, c.created, c.modified, c.revision, c.indexed
    FROM vault.index_card c JOIN vault.register r USING (dataset_id) JOIN accounts.agency a ON a.id = r.agency_id
    WHERE r.sifat <> 'dikecualikan' AND c.live_version IS DISTINCT FROM c.version AND c.metadata <> '{}'
        AND (p_after IS NULL OR c.entry_id > p_after) AND (p_entries IS NULL OR c.entry_id = ANY (p_entries))
    ORDER BY c.entry_id LIMIT p_limit
$$;

CREATE FUNCTION audit.index_done(p_entries uuid[], p_revisions bigint[], p_indexed boolean[]) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    UPDATE vault.index_card c SET indexed_revision = d.revision, indexed = d.indexed
        FROM unnest(p_entries, p_revisions, p_indexed) AS d (entry_id, revision, indexed)
        WHERE c.entry_id = d.entry_id AND c.indexed_revision < d.revision
$$;

-- Which datasets the entries of a search result stand for: ids only.
CREATE FUNCTION audit.index_datasets(p_entries uuid[]) RETURNS TABLE (entry_id uuid, dataset_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT c.entry_id, c.dataset_id FROM vault.index_card c WHERE c.entry_id = ANY (p_entries)
$$;

-- Takes the card of a dataset that is open for writing; waits for whoever is just sending it to the index.
CREATE FUNCTION audit.index_drop(p_dataset uuid) RETURNS uuid LANGUAGE sql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
    DELETE FROM vault.index_card WHERE dataset_id = p_dataset AND p_dataset = ANY (audit.scope(true))
        RETURNING entry_id
$$;

REVOKE ALL ON FUNCTION audit.card_of_dataset, audit.card_of_version, audit.card_of_resource, audit.card_of_exempt,
    audit.index_behind, audit.index_cards, audit.index_done, audit.index_datasets, audit.index_drop FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit.card_of_dataset, audit.card_of_version, audit.card_of_resource, audit.card_of_exempt
    TO @vault_owner@;
GRANT EXECUTE ON FUNCTION audit.index_behind, audit.index_cards, audit.index_done, audit.index_datasets,
    audit.index_drop TO @office@;
RESET ROLE;

SET LOCAL ROLE @vault_owner@;
CREATE TRIGGER index_card AFTER INSERT OR UPDATE ON vault.dataset FOR EACH ROW
    EXECUTE FUNCTION audit.card_of_dataset();
CREATE TRIGGER index_card AFTER INSERT OR UPDATE OF state, metadata ON vault.version FOR EACH ROW
    EXECUTE FUNCTION audit.card_of_version();
CREATE TRIGGER index_card AFTER INSERT OR DELETE OR UPDATE OF kind, format ON vault.resource FOR EACH ROW
    EXECUTE FUNCTION audit.card_of_resource();
CREATE TRIGGER index_card AFTER UPDATE OF sifat ON vault.register FOR EACH ROW WHEN (NEW.sifat = 'dikecualikan')
    EXECUTE FUNCTION audit.card_of_exempt();
RESET ROLE;
