"""Vector tiles: tile arithmetic, geometry prepared in PostGIS, ST_AsMVT within a byte budget, PMTiles."""
