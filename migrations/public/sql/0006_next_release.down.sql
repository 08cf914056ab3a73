DROP INDEX catalog.dataset_next_release;
