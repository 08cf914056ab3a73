SET LOCAL ROLE @vault_owner@;
DROP FUNCTION vault.alter_live, vault.create_live, vault.field_type;
DROP TABLE vault.superseded_row;
RESET ROLE;
