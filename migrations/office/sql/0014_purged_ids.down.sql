-- An id is never given again.
SET LOCAL ROLE @auditor@;
CREATE OR REPLACE FUNCTION audit.purge(p_dataset uuid, p_reason text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_opening vault.opening;
BEGIN
    SELECT * INTO v_opening FROM vault.opening
        WHERE id = nullif(current_setting('portal.opening', true), '')::uuid AND act IN ('ubah', 'terbit');
    IF v_opening.id IS NULL OR NOT p_dataset = ANY (audit.scope(true)) THEN
        RETURN false;
    END IF;
    PERFORM audit.note_opened(v_opening, 'hapus_permanen', p_dataset, p_reason, '{}');
    RETURN true;
END $$;
RESET ROLE;
REVOKE DELETE ON ingest.assignment FROM @office@;
