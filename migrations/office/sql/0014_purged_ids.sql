-- A purged dataset's id may be given again, as in CKAN: nothing that was said of the old one may open the new one.
SET LOCAL ROLE @auditor@;
-- Everything of an open dataset is gone after this but the record: its row in the register takes grants, duties, the
-- office's index card and all of the vault with it, and whoever had it open has nothing open any more.
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
    DELETE FROM vault.register WHERE dataset_id = p_dataset;
    UPDATE vault.opening SET ends = least(ends, clock_timestamp()), dataset_ids = array_remove(dataset_ids, p_dataset)
        WHERE ends > clock_timestamp() AND (dataset_id = p_dataset OR p_dataset = ANY (dataset_ids));
    RETURN true;
END $$;
RESET ROLE;
-- … and nobody is named on it
GRANT DELETE ON ingest.assignment TO @office@;
