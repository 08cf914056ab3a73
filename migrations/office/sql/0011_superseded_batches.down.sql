-- What was kept by batches is forgotten; what was kept row by row is where it was.
SET LOCAL ROLE @vault_owner@;
DROP FUNCTION vault.superseded;
DROP TABLE vault.superseded_batch;
RESET ROLE;
