-- SRGI2013 (EPSG:9470), missing from PostGIS 3.3's list; the text is PROJ's own WKT1 form. The migrator may not write
-- the extension's table everywhere, so provisioning inserts it as well; here only where it is missing and allowed.
INSERT INTO public.spatial_ref_sys (srid, auth_name, auth_srid, srtext, proj4text)
SELECT 9470, 'EPSG', 9470, 'GEOGCS["SRGI2013",DATUM["Sistem_Referensi_Geospasial_Indonesia_2013",SPHEROID["WGS 84",6378137,298.257223563,AUTHORITY["EPSG","7030"]],AUTHORITY["EPSG","1293"]],PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],AUTHORITY["EPSG","9470"]]', '+proj=longlat +ellps=WGS84 +no_defs +type=crs'
WHERE NOT EXISTS (SELECT 1 FROM public.spatial_ref_sys WHERE srid = 9470);
