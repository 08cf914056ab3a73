-- Published datasets and resources as CKAN's writes make them.
SELECT 1;
