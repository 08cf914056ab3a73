-- Indexes and counts that make frequent reads of the API cheap.
SELECT 1;
