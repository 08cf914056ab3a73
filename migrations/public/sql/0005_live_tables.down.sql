DROP VIEW catalog.table_metadata;
DROP TABLE catalog.table_alias, catalog.live_table;
