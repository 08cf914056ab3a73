DROP FUNCTION rows.reader_role;
CREATE OR REPLACE FUNCTION rows.open_table(p_name text) RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    EXECUTE format('GRANT SELECT ON rows.%I TO @public@', p_name);
END $$;
DROP VIEW catalog.table_metadata;
DROP TABLE catalog.table_alias, catalog.live_table;
