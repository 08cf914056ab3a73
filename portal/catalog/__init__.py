"""Published datasets, resources, organisations, groups and tags, as pages and ready documents."""
