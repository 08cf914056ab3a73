-- Indexes and counts that make frequent reads of the API cheap.
ALTER TABLE catalog.dataset ALTER COLUMN doc SET STORAGE EXTENDED;
ALTER TABLE catalog.dataset ALTER COLUMN doc SET COMPRESSION default;
DROP INDEX catalog.dataset_oldest, catalog.dataset_by_name;
DROP INDEX catalog.resource_name_words, catalog.resource_description_words, catalog.resource_url_words;
ALTER TABLE catalog.resource DROP COLUMN description, DROP COLUMN url;
DROP TRIGGER note_change ON catalog.dataset;
DROP TRIGGER note_change ON catalog.organization;
DROP TRIGGER note_change ON catalog.theme;
DROP TRIGGER note_change ON catalog.resource;
DROP FUNCTION catalog.note_change;
DROP TABLE catalog.change;
