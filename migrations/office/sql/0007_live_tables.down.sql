-- Superseded rows of live tables (I5a) and rows of tables that are still drafts.
SELECT 1;
