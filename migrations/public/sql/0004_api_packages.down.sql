-- Takes away what 0004 added; published links are lost.
DROP FUNCTION catalog.put_version, catalog.point;
DELETE FROM catalog.resource WHERE kind = 'tautan';
ALTER TABLE catalog.resource DROP CONSTRAINT resource_kind_check;
ALTER TABLE catalog.resource ADD CONSTRAINT resource_kind_check CHECK (kind IN ('tabel', 'layer', 'berkas'));
