-- Organisations and groups as CKAN shows them, and vocabularies of tags: facts public by nature (I4).
ALTER TABLE catalog.organization
    ADD COLUMN image_url text NOT NULL DEFAULT '',
    ADD COLUMN extras jsonb NOT NULL DEFAULT '[]',
    ADD COLUMN approval_status text NOT NULL DEFAULT 'approved',
    ADD COLUMN state text NOT NULL DEFAULT 'active';
ALTER TABLE catalog.theme
    ADD COLUMN image_url text NOT NULL DEFAULT '',
    ADD COLUMN extras jsonb NOT NULL DEFAULT '[]',
    ADD COLUMN approval_status text NOT NULL DEFAULT 'approved',
    ADD COLUMN state text NOT NULL DEFAULT 'active';

-- lists of acts, newest first
CREATE INDEX version_released ON catalog.version (released DESC);

-- what was done to agencies and groups; who did it stays in the office
CREATE TABLE catalog.act (
    id uuid PRIMARY KEY,
    at timestamptz NOT NULL,
    kind text NOT NULL CHECK (kind IN ('organization', 'group')),
    object_id uuid NOT NULL,
    activity_type text NOT NULL,
    data jsonb NOT NULL
);
CREATE INDEX act_object ON catalog.act (object_id, at DESC);
GRANT SELECT ON catalog.act TO @public@;
GRANT SELECT, INSERT, UPDATE, DELETE ON catalog.act TO @publisher@;

CREATE TABLE catalog.vocabulary (
    id uuid PRIMARY KEY,
    name text NOT NULL UNIQUE
);
CREATE TABLE catalog.vocabulary_tag (
    id uuid PRIMARY KEY,
    vocabulary_id uuid NOT NULL REFERENCES catalog.vocabulary (id) ON DELETE CASCADE,
    name text NOT NULL,
    UNIQUE (vocabulary_id, name)
);
GRANT SELECT ON catalog.vocabulary, catalog.vocabulary_tag TO @public@;
GRANT SELECT, INSERT, UPDATE, DELETE ON catalog.vocabulary, catalog.vocabulary_tag TO @publisher@;
