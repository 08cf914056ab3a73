"""Base templates, components, charts, maps, the request wrapper with the one commit, the error table."""
