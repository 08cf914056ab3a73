-- What CKAN's package and resource writes keep beyond the vault's own columns.
SELECT 1;
