<?xml version="1.0" encoding="utf-8" ?>
<ogr:FeatureCollection
     gml:id="aFeatureCollection"
     xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
     xsi:schemaLocation="http://ogr.maptools.org/ kecamatan_4326.xsd"
     xmlns:ogr="http://ogr.maptools.org/"
     xmlns:gml="http://www.opengis.net/gml/3.2">
  <gml:boundedBy><gml:Envelope srsName="urn:ogc:def:crs:EPSG::4326"><gml:lowerCorner>-7.336191 108.69322</gml:lowerCorner><gml:upperCorner>-7.098599 109.047213</gml:upperCorner></gml:Envelope></gml:boundedBy>
                                                                                                                                             
  <ogr:featureMember>
    <ogr:kecamatan gml:id="kecamatan.0">
      <gml:boundedBy><gml:Envelope srsName="urn:ogc:def:crs:EPSG::4326"><gml:lowerCorner>-7.20978 108.69322</gml:lowerCorner><gml:upperCorner>-7.110093 108.89561</gml:upperCorner></gml:Envelope></gml:boundedBy>
      <ogr:geometryProperty><gml:Polygon srsName="urn:ogc:def:crs:EPSG::4326" gml:id="kecamatan.geom.0"><gml:exterior><gml:LinearRing><gml:posList>-7.110093 108.793817 -7.12471 108.84487 -7.13567 108.858733 -7.160472 108.864144 -7.165297 108.875682 -7.157968 108.882832 -7.165275 108.889768 -7.18629 108.89561 -7.183035 108.8842 -7.194336 108.879723 -7.206415 108.850052 -7.202582 108.813145 -7.20978 108.787173 -7.198501 108.775157 -7.195241 108.724105 -7.178906 108.717633 -7.160275 108.69322 -7.115183 108.726015 -7.110093 108.793817</gml:posList></gml:LinearRing></gml:exterior></gml:Polygon></ogr:geometryProperty>
      <ogr:kode>33.29.01</ogr:kode>
      <ogr:nama>Salem</ogr:nama>
      <ogr:tingkat>kecamatan</ogr:tingkat>
    </ogr:kecamatan>
  </ogr:featureMember>
  <ogr:featureMember>
    <ogr:kecamatan gml:id="kecamatan.1">
      <gml:boundedBy><gml:Envelope srsName="urn:ogc:def:crs:EPSG::4326"><gml:lowerCorner>-7.336191 108.815488</gml:lowerCorner><gml:upperCorner>-7.098599 108.985069</gml:upperCorner></gml:Envelope></gml:boundedBy>
      <ogr:geometryProperty><gml:Polygon srsName="urn:ogc:def:crs:EPSG::4326" gml:id="kecamatan.geom.1"><gml:exterior><gml:LinearRing><gml:posList>-7.098599 108.927635 -7.109129 108.937507 -7.121638 108.936912 -7.128832 108.953438 -7.168588 108.971999 -7.190394 108.973471 -7.188035 108.949085 -7.214481 108.925375 -7.237296 108.940259 -7.244918 108.959682 -7.246568 108.952912 -7.262952 108.959507 -7.279207 108.973489 -7.303923 108.977321 -7.306223 108.985069 -7.334704 108.975959 -7.336191 108.955191 -7.309507 108.946455 -7.320928 108.932007 -7.30235 108.911163 -7.28773 108.910363 -7.286588 108.897114 -7.271588 108.881962 -7.271645 108.865268 -7.243381 108.864735 -7.230285 108.817736 -7.204038 108.815488 -7.206415 108.850052 -7.194336 108.879723 -7.183035 108.8842 -7.18629 108.89561 -7.165275 108.889768 -7.157968 108.882832 -7.165297 108.875682 -7.161478 108.865321 -7.142521 108.859902 -7.150272 108.87737 -7.141475 108.908902 -7.113179 108.9064 -7.109252 108.92272 -7.098599 108.927635</gml:posList></gml:LinearRing></gml:exterior></gml:Polygon></ogr:geometryProperty>
      <ogr:kode>33.29.02</ogr:kode>
      <ogr:nama>Bantarkawung</ogr:nama>
      <ogr:tingkat>kecamatan</ogr:tingkat>
    </ogr:kecamatan>
  </ogr:featureMember>
  <ogr:featureMember>
    <ogr:kecamatan gml:id="kecamatan.2">
      <gml:boundedBy><gml:Envelope srsName="urn:ogc:def:crs:EPSG::4326"><gml:lowerCorner>-7.309566 108.926656</gml:lowerCorner><gml:upperCorner>-7.188647 109.047213</gml:upperCorner></gml:Envelope></gml:boundedBy>
      <ogr:geometryProperty><gml:Polygon srsName="urn:ogc:def:crs:EPSG::4326" gml:id="kecamatan.geom.2"><gml:exterior><gml:LinearRing><gml:posList>-7.188647 108.958559 -7.203239 108.98067 -7.240757 108.988273 -7.236003 109.006374 -7.218854 109.016023 -7.227858 109.04644 -7.238981 109.047213 -7.245575 109.035021 -7.253278 109.041572 -7.2737 109.036655 -7.268372 109.013415 -7.273422 109.007025 -7.303747 109.007417 -7.309566 109.001171 -7.304242 108.977583 -7.279207 108.973489 -7.246568 108.952912 -7.241614 108.957897 -7.237686 108.940814 -7.220354 108.926656 -7.191608 108.942513 -7.188647 108.958559</gml:posList></gml:LinearRing></gml:exterior></gml:Polygon></ogr:geometryProperty>
      <ogr:kode>33.29.03</ogr:kode>
      <ogr:nama>Bumiayu</ogr:nama>
      <ogr:tingkat>kecamatan</ogr:tingkat>
    </ogr:kecamatan>
  </ogr:featureMember>
</ogr:FeatureCollection>
