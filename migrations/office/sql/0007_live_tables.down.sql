SET LOCAL ROLE @auditor@;
DROP FUNCTION audit.dataset_of_resource;
RESET ROLE;
SET LOCAL ROLE @vault_owner@;
DROP POLICY auditor_keys ON vault.resource;
REVOKE SELECT (id, dataset_id) ON vault.resource FROM @auditor@;
DROP FUNCTION vault.alter_live, vault.create_live, vault.field_type;
DROP TABLE vault.superseded_row;
RESET ROLE;
