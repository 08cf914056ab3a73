// The map of a page: tiles over our own boundaries, facts on a tap, a box for the search form.
import { LngLatBounds, Map as MapLibre, NavigationControl, Popup, ScaleControl, addProtocol, setWorkerUrl } from "maplibre-gl";
import { names as namePoints } from "./map-names.js";
import { basemapLayers, dataLayers, nameLayer, paintOf } from "./map-style.js";
import { t } from "./words.js";

const controls = () => ({
  "NavigationControl.ZoomIn": t("Perbesar", "Zoom in"), "NavigationControl.ZoomOut": t("Perkecil", "Zoom out"),
  "Popup.Close": t("Tutup", "Close"), "Map.Title": t("Peta", "Map"), "NavigationControl.ResetBearing": t("Putar ke utara", "Reset north"),
});

const absolute = (url) => new URL(url.replaceAll("{", "%7B").replaceAll("}", "%7D"), location.href).href.replaceAll("%7B", "{").replaceAll("%7D", "}");

async function sourceOf(url, data) {
  if (/\.geojson(\?|$)/.test(url)) return { type: "geojson", data: absolute(url), generateId: true };
  if (url.startsWith("pmtiles:") || /\.pmtiles(\?|$)/.test(url)) {
    const { Protocol } = await import("pmtiles");
    addProtocol("pmtiles", new Protocol().tile);
    return { type: "vector", url: url.startsWith("pmtiles:") ? url : `pmtiles://${absolute(url)}` };
  }
  const zooms = { minzoom: Number(data.minzoom ?? 0), maxzoom: Number(data.maxzoom ?? 14) };
  if (url.includes("{z}")) return { type: "vector", tiles: [absolute(url)], ...zooms };
  const tilejson = await (await fetch(url)).json();
  return { type: "vector", tiles: tilejson.tiles.map(absolute), minzoom: tilejson.minzoom ?? 0, maxzoom: tilejson.maxzoom ?? 14, bounds: tilejson.bounds, layerId: tilejson.vector_layers?.[0]?.id };
}

export function pop(properties, fields, data) {
  const box = document.createElement("div");
  box.className = "pop";
  const table = document.createElement("table");
  const shown = fields.length ? fields : Object.keys(properties).slice(0, 8).map((key) => [key, key]);
  for (const [key, label] of shown) {
    if (properties[key] === undefined || properties[key] === null) continue;
    const line = table.insertRow();
    const head = document.createElement("th");
    head.scope = "row";
    head.textContent = label;
    line.append(head);
    line.insertCell().textContent = typeof properties[key] === "number" ? properties[key].toLocaleString(document.documentElement.lang) : String(properties[key]);
  }
  box.append(table);
  const template = data.linkTemplate;
  const missing = template && [...template.matchAll(/\{(\w+)\}/g)].some(([, key]) => properties[key] === undefined);
  if (template && !missing && template.startsWith("/")) {
    const link = document.createElement("a");
    link.href = template.replaceAll(/\{(\w+)\}/g, (_, key) => encodeURIComponent(properties[key]));
    link.textContent = data.linkLabel || link.href;
    box.append(link);
  }
  return box;
}

const fieldsOf = (text) => {
  if (!text) return [];
  const parsed = text.trim().startsWith("[") || text.trim().startsWith("{") ? JSON.parse(text) : text.split(",");
  return (Array.isArray(parsed) ? parsed : Object.entries(parsed)).map((field) => (Array.isArray(field) ? field : [field.trim(), field.trim().replaceAll("_", " ")]));
};

const boundsOf = (text) => {
  const [west, south, east, north] = (text ?? "").split(",").map(Number);
  return [west, south, east, north].every(Number.isFinite) && text ? [[west, south], [east, north]] : undefined;
};

async function styleOf(data) {
  await document.fonts.load('16px "Portal Sans"').catch(() => []); // names are drawn once: the font must be there
  const paint = paintOf();
  let names = null;
  const style = { version: 8, sources: {}, layers: [{ id: "ground", type: "background", paint: { "background-color": paint.water } }] };
  if (data.basemap) {
    const { layerId, ...source } = await sourceOf(data.basemap, { maxzoom: 14 });
    if (source.type === "geojson") {
      source.data = await (await fetch(source.data)).json();
      style.sources.names = { type: "geojson", data: namePoints(source.data) };
    }
    style.sources.base = source;
    const layer = data.basemapLayer ?? layerId ?? "batas";
    style.layers.push(...basemapLayers(paint, source.type, layer));
    names = nameLayer(paint, source.type === "geojson" ? { source: "names" } : { source: "base", "source-layer": "nama" });
  }
  if (data.source) {
    const { layerId, ...source } = await sourceOf(data.source, data);
    style.sources.data = source;
    const own = data.style ? await (await fetch(data.style)).json() : null;
    const sourceLayer = source.type === "vector" ? data.sourceLayer ?? layerId ?? "data" : undefined;
    style.layers.push(...dataLayers(paint, own, sourceLayer));
  }
  if (names) style.layers.push(names);
  return style;
}

function canvasIn(node) {
  const canvas = document.createElement("div");
  canvas.className = "canvas";
  node.append(canvas);
  return canvas;
}

function build(node, worker, style, bounds) {
  setWorkerUrl(worker);
  const map = new MapLibre({
    container: canvasIn(node), style, bounds, fitBoundsOptions: { padding: 24 }, attributionControl: false, dragRotate: false,
    pitchWithRotate: false, touchPitch: false, cooperativeGestures: false, locale: controls(), maxZoom: 20, fadeDuration: 0,
  });
  map.addControl(new NavigationControl({ showCompass: false }), "top-right");
  map.addControl(new ScaleControl({ unit: "metric" }), "bottom-left");
  map.touchZoomRotate.disableRotation();
  map.once("load", () => {
    for (const still of node.querySelectorAll(":scope > svg, :scope > img, :scope > picture")) still.setAttribute("hidden", "");
    node.dataset.mapReady = "1";
    node.dispatchEvent(new CustomEvent("map:ready", { bubbles: true }));
  });
  return map;
}

export async function start(node, worker) {
  const data = node.dataset;
  const map = build(node, worker, await styleOf(data), boundsOf(data.bbox));
  const fields = fieldsOf(data.popupFields);
  const layers = () => map.getStyle().layers.filter((layer) => layer.source === "data").map((layer) => layer.id);
  map.on("click", (event) => {
    const found = map.queryRenderedFeatures([[event.point.x - 5, event.point.y - 5], [event.point.x + 5, event.point.y + 5]], { layers: layers() });
    if (!found.length) return;
    new Popup({ maxWidth: "320px", focusAfterOpen: true }).setLngLat(event.lngLat).setDOMContent(pop(found[0].properties, fields, data)).addTo(map);
  });
  map.on("mousemove", (event) => { map.getCanvas().style.cursor = map.queryRenderedFeatures(event.point, { layers: layers() }).length ? "pointer" : ""; });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", async () => map.setStyle(await styleOf(data)));
  return map;
}

export async function startBox(fieldset, worker) {
  const names = [...fieldset.querySelectorAll("input[type=number]")];
  const holder = document.createElement("div");
  holder.className = "map";
  const bar = document.createElement("div");
  bar.className = "row tight";
  const draw = document.createElement("button");
  const view = document.createElement("button");
  for (const [button, text] of [[draw, t("Gambar kotak", "Draw a box")], [view, t("Pakai yang tampak", "Use this view")]]) {
    button.type = "button";
    button.className = "button quiet";
    button.textContent = text;
    bar.append(button);
  }
  fieldset.querySelector("legend").after(holder, bar);
  const given = names.map((input) => input.value).join(",");
  const bounds = boundsOf(names.every((input) => input.value !== "") ? given : fieldset.dataset.bbox);
  const map = build(holder, worker, await styleOf(fieldset.dataset), bounds);
  const square = (box) => ({ type: "Feature", properties: {}, geometry: { type: "Polygon", coordinates: [[[box[0], box[1]], [box[2], box[1]], [box[2], box[3]], [box[0], box[3]], [box[0], box[1]]]] } });
  const put = (box) => {
    names.forEach((input, i) => { input.value = box[i].toFixed(4); });
    names[0].dispatchEvent(new Event("change", { bubbles: true }));
    map.getSource("box")?.setData(square(box));
  };
  const now = () => names.map((input) => Number(input.value));
  map.once("load", () => {
    const paint = paintOf();
    map.addSource("box", { type: "geojson", data: names.every((input) => input.value !== "") ? square(now()) : { type: "FeatureCollection", features: [] } });
    map.addLayer({ id: "box-fill", type: "fill", source: "box", paint: { "fill-color": paint.accent, "fill-opacity": 0.15 } });
    map.addLayer({ id: "box-line", type: "line", source: "box", paint: { "line-color": paint.accent, "line-width": 2 } });
  });
  for (const input of names) input.addEventListener("input", () => { if (names.every((each) => each.value !== "")) map.getSource("box")?.setData(square(now())); });
  view.addEventListener("click", () => { const box = map.getBounds(); put([box.getWest(), box.getSouth(), box.getEast(), box.getNorth()]); });
  draw.addEventListener("click", () => {
    const on = draw.getAttribute("aria-pressed") !== "true";
    draw.setAttribute("aria-pressed", String(on));
    map.dragPan[on ? "disable" : "enable"]();
    map.getCanvas().style.cursor = on ? "crosshair" : "";
  });
  let from = null;
  const drawing = () => draw.getAttribute("aria-pressed") === "true";
  const begin = (event) => { if (drawing()) { from = event.lngLat; event.preventDefault(); } };
  const move = (event) => {
    if (!from) return;
    const box = new LngLatBounds(from, from).extend(event.lngLat);
    put([box.getWest(), box.getSouth(), box.getEast(), box.getNorth()]);
  };
  const end = (event) => { if (from) { move(event); from = null; draw.click(); } };
  map.on("mousedown", begin); map.on("touchstart", begin); map.on("mousemove", move); map.on("touchmove", move); map.on("mouseup", end); map.on("touchend", end);
}
