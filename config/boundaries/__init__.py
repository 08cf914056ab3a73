"""Indicative boundaries as GeoJSON in EPSG:4326 (longitude, latitude)."""
