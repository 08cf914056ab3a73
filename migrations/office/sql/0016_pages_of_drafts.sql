-- A page of drafts is opened at once: one call, one opening, and a record for each dataset of it as if it had been opened
-- alone (act `lihat`, by duty). What may not be opened is refused and recorded too, and is not in the opening.
SET LOCAL ROLE @auditor@;
CREATE FUNCTION audit.open_page(p_person uuid, p_datasets uuid[], p_purpose text, p_address text)
RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_id uuid := gen_random_uuid();
    v_opened uuid[] := '{}';
    r record;
BEGIN
    FOR r IN
        SELECT w.id, g.agency_id, coalesce(g.sifat <> 'dikecualikan'
                AND audit.may_open(p_person, 'lihat', w.id, g.agency_id), false) AS ok
        FROM (SELECT u.id, min(u.n) AS n FROM unnest(p_datasets) WITH ORDINALITY AS u (id, n) GROUP BY u.id) w
        LEFT JOIN vault.register g ON g.dataset_id = w.id ORDER BY w.n
    LOOP
        PERFORM audit.append(p_person, r.agency_id, 'lihat', r.id, CASE WHEN r.ok THEN v_id END, NULL, p_purpose,
            p_address, CASE WHEN r.ok THEN 'dibuka' ELSE 'ditolak' END, '{}');
        IF r.ok THEN
            v_opened := v_opened || r.id;
        END IF;
    END LOOP;
    IF v_opened = '{}' THEN
        RETURN NULL;
    END IF;
    INSERT INTO vault.opening (id, person_id, basis, act, dataset_ids, ends)
        VALUES (v_id, p_person, 'tugas', 'lihat', v_opened, clock_timestamp() + interval '10 minutes');
    RETURN v_id;
END $$;
REVOKE ALL ON FUNCTION audit.open_page FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit.open_page TO @office@;
RESET ROLE;
