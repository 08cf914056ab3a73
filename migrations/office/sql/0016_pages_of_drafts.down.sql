-- Drafts are opened one by one.
SET LOCAL ROLE @auditor@;
DROP FUNCTION audit.open_page;
RESET ROLE;
