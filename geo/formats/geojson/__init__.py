"""GeoJSON: split feature by feature without a parser of the whole document."""
