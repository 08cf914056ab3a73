"""KML and KMZ (OGC 12-007r2), read by the house's own parser."""
