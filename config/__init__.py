"""Settings per process, regency profiles and code lists; the lowest floor."""
