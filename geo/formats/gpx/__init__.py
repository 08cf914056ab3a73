"""GPX 1.0 and 1.1, read by the house's own parser."""
