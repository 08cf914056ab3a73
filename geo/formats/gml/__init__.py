"""GML 2, 3.1 and 3.2 (OGC 07-036), read by the house's own parser."""
