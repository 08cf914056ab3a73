"""GDAL with only the drivers we read, no network and no files that stand for others (peers.md 4.3 item 10).

Drivers are registered when pyogrio is first imported, so this module must be asked before anybody else.
"""

from __future__ import annotations

import os
from types import ModuleType

ALLOWED = frozenset({"ESRI Shapefile", "GPKG", "GeoJSON", "FlatGeobuf", "LIBKML", "KML", "MEM"})
# Every other driver that GDAL's own format list names and the wheels carry; a driver that a later wheel adds
# is caught by the test that compares the registered ones with ALLOWED.
_SKIPPED = (
    "PCIDSK,PDS4,VICAR,PDF,MBTiles,EEDA,OGCAPI,GDALG,MapInfo File,LVBAG,S57,DGN,OGR_VRT,CSV,GML,GPX,GeoJSONSeq,"
    "ESRIJSON,TopoJSON,OGR_GMT,SQLite,WAsP,OpenFileGDB,DXF,GeoRSS,VFK,PGDUMP,OSM,GPSBabel,OGR_PDS,WFS,OAPIF,"
    "EDIGEO,Idrisi,ODS,XLSX,Elasticsearch,Carto,AmigoCloud,SXF,Selafin,JML,PLSCENES,CSW,VDV,MVT,NGW,MapML,GTFS,"
    "PMTiles,JSONFG,MiraMonVector,ADBC,AVCBin,AVCE00,AIVector,HTTP,VRT,WMS,WMTS,WCS,PLMOSAIC,STACTA,STACIT,"
    "DAAS,EEDAI"
)
_OPTIONS = {
    "GDAL_SKIP": _SKIPPED,
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": "{none}",
    "GDAL_HTTP_MAX_RETRY": "0",
    "GDAL_DRIVER_PATH": "disable",
    "OGR_SQLITE_LOAD_EXTENSIONS": "",
    "SHAPE_RESTORE_SHX": "YES",
    "SHAPE_ENCODING": "",
    "OGR_GEOJSON_MAX_OBJ_SIZE": "200",
    "LIBKML_RESOLVE_STYLE": "NO",
    "GDAL_NUM_THREADS": "1",
    "GDAL_CACHEMAX": "64",
    "PROJ_NETWORK": "OFF",
}


def restricted() -> ModuleType:
    """pyogrio, imported with the restrictions in force."""
    os.environ.update(_OPTIONS)
    import pyogrio.raw

    pyogrio.set_gdal_config_options({key: value for key, value in _OPTIONS.items() if "SKIP" not in key})
    module: ModuleType = pyogrio
    return module


def registered() -> frozenset[str]:
    """Names of the vector drivers that this process has."""
    return frozenset(restricted().list_drivers())
