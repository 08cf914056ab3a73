-- Live tables: published tables that change row by row (I5a).
SELECT 1;
