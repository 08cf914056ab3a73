-- Indexes and counts that make frequent reads of the API cheap.
DROP TRIGGER note_change ON catalog.dataset;
DROP TRIGGER note_change ON catalog.organization;
DROP TRIGGER note_change ON catalog.theme;
DROP TRIGGER note_change ON catalog.resource;
DROP FUNCTION catalog.note_change;
DROP TABLE catalog.change;
