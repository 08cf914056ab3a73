-- Reads of the API that should not cost more with every dataset.
--
-- Counters of changes: what a process keeps in memory it may use while the counter has not moved (one look by key).
-- `katalog` moves in the transaction that changes what readers see, `indeks` when the search index has followed.
CREATE TABLE catalog.change (
    kind text PRIMARY KEY CHECK (kind IN ('katalog', 'indeks')),
    number bigint NOT NULL DEFAULT 1
) WITH (fillfactor = 20);
INSERT INTO catalog.change (kind) VALUES ('katalog'), ('indeks');
GRANT SELECT ON catalog.change TO @public@;
GRANT SELECT, UPDATE ON catalog.change TO @publisher@;

-- Deferred, so that the row is locked for the commit alone; and once a transaction, however many rows it writes.
CREATE FUNCTION catalog.note_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF current_setting('portal.catalog_changed', true) IS DISTINCT FROM pg_current_xact_id()::text THEN
        PERFORM set_config('portal.catalog_changed', pg_current_xact_id()::text, true);
        UPDATE catalog.change SET number = number + 1 WHERE kind = 'katalog';
    END IF;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION catalog.note_change FROM PUBLIC;
CREATE CONSTRAINT TRIGGER note_change AFTER INSERT OR DELETE OR
    UPDATE OF name, title, version, state, doc, organization_id, revision, modified ON catalog.dataset
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION catalog.note_change();
CREATE CONSTRAINT TRIGGER note_change AFTER INSERT OR DELETE OR UPDATE ON catalog.organization
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION catalog.note_change();
CREATE CONSTRAINT TRIGGER note_change AFTER INSERT OR DELETE OR UPDATE ON catalog.theme
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION catalog.note_change();
CREATE CONSTRAINT TRIGGER note_change AFTER UPDATE OF doc, name, format, row_count ON catalog.resource
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION catalog.note_change();

-- `resource_search` looks for parts of texts: columns of their own, so that no document is taken apart to look into it.
ALTER TABLE catalog.resource
    ADD COLUMN description text GENERATED ALWAYS AS (doc::jsonb ->> 'description') STORED,
    ADD COLUMN url text GENERATED ALWAYS AS (doc::jsonb ->> 'url') STORED;
CREATE INDEX resource_name_words ON catalog.resource USING gin (name gin_trgm_ops);
CREATE INDEX resource_description_words ON catalog.resource USING gin (description gin_trgm_ops);
CREATE INDEX resource_url_words ON catalog.resource USING gin (url gin_trgm_ops);

-- Browsing the whole catalogue from either end: no engine has to sort what an index keeps sorted.
CREATE INDEX dataset_oldest ON catalog.dataset (modified, id);
CREATE INDEX dataset_by_name ON catalog.dataset (name COLLATE "C", id);
-- documents are read far more often than written, and more often than what stands beside them
ALTER TABLE catalog.dataset ALTER COLUMN doc SET COMPRESSION lz4;
ALTER TABLE catalog.dataset ALTER COLUMN doc SET STORAGE MAIN;
