<?xml version="1.0" encoding="utf-8" ?>
<ogr:FeatureCollection
     xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
     xsi:schemaLocation="http://ogr.maptools.org/ kecamatan_gml2.xsd"
     xmlns:ogr="http://ogr.maptools.org/"
     xmlns:gml="http://www.opengis.net/gml">
  <gml:boundedBy>
    <gml:Box>
      <gml:coord><gml:X>108.69322</gml:X><gml:Y>-7.336191</gml:Y></gml:coord>
      <gml:coord><gml:X>109.047213</gml:X><gml:Y>-7.098599</gml:Y></gml:coord>
    </gml:Box>
  </gml:boundedBy>
                                                                                                                               
  <gml:featureMember>
    <ogr:kecamatan fid="kecamatan.0">
      <ogr:geometryProperty><gml:Polygon srsName="EPSG:4326"><gml:outerBoundaryIs><gml:LinearRing><gml:coordinates>108.793817,-7.110093 108.84487,-7.12471 108.858733,-7.13567 108.864144,-7.160472 108.875682,-7.165297 108.882832,-7.157968 108.889768,-7.165275 108.89561,-7.18629 108.8842,-7.183035 108.879723,-7.194336 108.850052,-7.206415 108.813145,-7.202582 108.787173,-7.20978 108.775157,-7.198501 108.724105,-7.195241 108.717633,-7.178906 108.69322,-7.160275 108.726015,-7.115183 108.793817,-7.110093</gml:coordinates></gml:LinearRing></gml:outerBoundaryIs></gml:Polygon></ogr:geometryProperty>
      <ogr:kode>33.29.01</ogr:kode>
      <ogr:nama>Salem</ogr:nama>
      <ogr:tingkat>kecamatan</ogr:tingkat>
    </ogr:kecamatan>
  </gml:featureMember>
  <gml:featureMember>
    <ogr:kecamatan fid="kecamatan.1">
      <ogr:geometryProperty><gml:Polygon srsName="EPSG:4326"><gml:outerBoundaryIs><gml:LinearRing><gml:coordinates>108.927635,-7.098599 108.937507,-7.109129 108.936912,-7.121638 108.953438,-7.128832 108.971999,-7.168588 108.973471,-7.190394 108.949085,-7.188035 108.925375,-7.214481 108.940259,-7.237296 108.959682,-7.244918 108.952912,-7.246568 108.959507,-7.262952 108.973489,-7.279207 108.977321,-7.303923 108.985069,-7.306223 108.975959,-7.334704 108.955191,-7.336191 108.946455,-7.309507 108.932007,-7.320928 108.911163,-7.30235 108.910363,-7.28773 108.897114,-7.286588 108.881962,-7.271588 108.865268,-7.271645 108.864735,-7.243381 108.817736,-7.230285 108.815488,-7.204038 108.850052,-7.206415 108.879723,-7.194336 108.8842,-7.183035 108.89561,-7.18629 108.889768,-7.165275 108.882832,-7.157968 108.875682,-7.165297 108.865321,-7.161478 108.859902,-7.142521 108.87737,-7.150272 108.908902,-7.141475 108.9064,-7.113179 108.92272,-7.109252 108.927635,-7.098599</gml:coordinates></gml:LinearRing></gml:outerBoundaryIs></gml:Polygon></ogr:geometryProperty>
      <ogr:kode>33.29.02</ogr:kode>
      <ogr:nama>Bantarkawung</ogr:nama>
      <ogr:tingkat>kecamatan</ogr:tingkat>
    </ogr:kecamatan>
  </gml:featureMember>
  <gml:featureMember>
    <ogr:kecamatan fid="kecamatan.2">
      <ogr:geometryProperty><gml:Polygon srsName="EPSG:4326"><gml:outerBoundaryIs><gml:LinearRing><gml:coordinates>108.958559,-7.188647 108.98067,-7.203239 108.988273,-7.240757 109.006374,-7.236003 109.016023,-7.218854 109.04644,-7.227858 109.047213,-7.238981 109.035021,-7.245575 109.041572,-7.253278 109.036655,-7.2737 109.013415,-7.268372 109.007025,-7.273422 109.007417,-7.303747 109.001171,-7.309566 108.977583,-7.304242 108.973489,-7.279207 108.952912,-7.246568 108.957897,-7.241614 108.940814,-7.237686 108.926656,-7.220354 108.942513,-7.191608 108.958559,-7.188647</gml:coordinates></gml:LinearRing></gml:outerBoundaryIs></gml:Polygon></ogr:geometryProperty>
      <ogr:kode>33.29.03</ogr:kode>
      <ogr:nama>Bumiayu</ogr:nama>
      <ogr:tingkat>kecamatan</ogr:tingkat>
    </ogr:kecamatan>
  </gml:featureMember>
</ogr:FeatureCollection>
