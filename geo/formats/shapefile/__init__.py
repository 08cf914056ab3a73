"""Shapefile: geometry through GDAL, attributes read by ourselves with the encoding that is chosen."""
