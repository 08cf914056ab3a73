-- What was kept by batches is forgotten; what was kept row by row is where it was.
SET LOCAL ROLE @vault_owner@;
DROP VIEW vault.superseded_row;
DROP TABLE vault.superseded_batch;
ALTER TABLE vault.superseded_single RENAME TO superseded_row;
RESET ROLE;
