-- What CKAN's account, group, follow and vocabulary actions keep.
SELECT 1;
