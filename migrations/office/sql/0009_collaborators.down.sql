-- Takes collaborators away; nobody holds a duty of one any more.
SET LOCAL ROLE @auditor@;
DROP FUNCTION audit.created_by, audit.collaborators, audit.end_collaborator, audit.name_collaborator, audit.may_collaborate;
CREATE OR REPLACE FUNCTION audit.may_open(p_person uuid, p_act text, p_dataset uuid, p_agency uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(CASE p_act
        WHEN 'lihat' THEN audit.has_duty(p_person, p_agency) OR audit.is_member(p_person, p_agency)
            OR audit.has_named_duty(p_person, p_dataset, ARRAY['pemeriksa', 'ppid', 'bps', 'pekerjaan'])
        WHEN 'ubah' THEN audit.has_duty(p_person, p_agency)
        WHEN 'periksa' THEN audit.has_named_duty(p_person, p_dataset, ARRAY['pemeriksa', 'bps'])
        WHEN 'rilis' THEN audit.has_named_duty(p_person, p_dataset, ARRAY['pemeriksa', 'ppid'])
        WHEN 'tetapkan' THEN audit.has_named_duty(p_person, p_dataset, ARRAY['ppid'])
        WHEN 'tarik' THEN audit.has_named_duty(p_person, p_dataset, ARRAY['pemeriksa', 'ppid'])
        WHEN 'terbit' THEN audit.may_publish(p_person, p_agency, p_dataset)
        WHEN 'olah' THEN audit.has_named_duty(p_person, p_dataset, ARRAY['pekerjaan'])
            OR (EXISTS (SELECT 1 FROM accounts.person p WHERE p.id = p_person AND p.active AND p.service)
                AND EXISTS (SELECT 1 FROM ingest.release_order o
                    WHERE o.dataset_id = p_dataset AND o.lane = 'api' AND o.finished IS NULL))
    END, false)
$$;
DELETE FROM vault.duty WHERE duty LIKE 'kolaborator\_%';
RESET ROLE;
SET LOCAL ROLE @vault_owner@;
DROP INDEX vault.dataset_created_by;
REVOKE SELECT (created_by, modified) ON vault.dataset FROM @auditor@;
ALTER TABLE vault.duty DROP CONSTRAINT duty_duty_check;
ALTER TABLE vault.duty ADD CONSTRAINT duty_duty_check CHECK (duty IN ('pemeriksa', 'ppid', 'bps', 'pekerjaan'));
RESET ROLE;
