"""Layers out: GeoJSON, GeoPackage, zipped shapefile, KML and CSV from one stream of features.

The stream is a text file with one GeoJSON feature a line, in EPSG:4326, seven decimals, rings right-handed
(`geo.exports.stream.select_features` is the query that makes it). All formats are made in one pass over it.
"""
