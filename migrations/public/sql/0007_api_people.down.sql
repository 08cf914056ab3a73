-- Organisations and groups as CKAN shows them, and vocabularies of tags: facts public by nature (I4).
DROP TABLE catalog.vocabulary_tag, catalog.vocabulary, catalog.act;
DROP INDEX catalog.version_released;
ALTER TABLE catalog.theme DROP COLUMN image_url, DROP COLUMN extras, DROP COLUMN approval_status, DROP COLUMN state;
ALTER TABLE catalog.organization
    DROP COLUMN image_url, DROP COLUMN extras, DROP COLUMN approval_status, DROP COLUMN state;
