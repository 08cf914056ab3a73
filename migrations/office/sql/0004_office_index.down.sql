-- What the office index follows: drafts and their revisions (I9).
SELECT 1;
