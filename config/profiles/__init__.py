"""Deployment profiles: one TOML file for each regency, and one for a generic catalogue."""
