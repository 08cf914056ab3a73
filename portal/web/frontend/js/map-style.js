// Map colours come from the page's tokens, so that light, dark and the profile's accent agree.
const HEX = /^#|^rgb/;

export function paintOf() {
  const style = getComputedStyle(document.documentElement);
  const token = (name) => style.getPropertyValue(`--${name}`).trim();
  return Object.fromEntries(["water", "land", "line", "line-strong", "ink", "muted", "surface", "accent", "accent-soft", "cat-2"].map((name) => [name, token(name) || "#888888"]));
}

export function basemapLayers(paint, kind, layer) {
  const of = kind === "vector" ? { source: "base", "source-layer": layer } : { source: "base" };
  const polygon = ["==", ["geometry-type"], "Polygon"];
  return [
    { id: "base-land", type: "fill", ...of, filter: polygon, paint: { "fill-color": paint.land } },
    { id: "base-border", type: "line", ...of, paint: { "line-color": paint["line-strong"], "line-width": ["interpolate", ["linear"], ["zoom"], 8, 0.6, 14, 1.6], "line-opacity": 0.7 } },
  ];
}

// Names lie over the data, with a halo in the land's colour, so that they are read on any fill.
export function nameLayer(paint, of) {
  return { id: "base-name", type: "symbol", ...of, filter: ["==", ["geometry-type"], "Point"], layout: { "text-field": ["get", "nama"], "text-font": ['"Portal Sans"'], "text-size": 13, "text-max-width": 7, "text-padding": 4 }, paint: { "text-color": paint.ink, "text-halo-color": paint.surface, "text-halo-width": 1.6 } };
}

// A style file is {"layers": [MapLibre layers without source]}; its colours may name tokens as "token:accent".
export function dataLayers(paint, own, sourceLayer) {
  const of = sourceLayer ? { source: "data", "source-layer": sourceLayer } : { source: "data" };
  if (own?.layers) {
    const coloured = (value) => typeof value === "string" && value.startsWith("token:") ? paint[value.slice(6)] ?? paint.accent
      : Array.isArray(value) ? value.map(coloured)
        : value && typeof value === "object" ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, coloured(inner)])) : value;
    return own.layers.filter((layer) => layer.type !== "background").map((layer, i) => ({ ...coloured(layer), id: `data-${layer.id ?? i}`, ...of }));
  }
  const colour = HEX.test(paint.accent) ? paint.accent : "#0b5d58";
  const type = (name) => ["==", ["geometry-type"], name];
  return [
    { id: "data-fill", type: "fill", ...of, filter: type("Polygon"), paint: { "fill-color": colour, "fill-opacity": 0.35 } },
    { id: "data-edge", type: "line", ...of, filter: type("Polygon"), paint: { "line-color": colour, "line-width": 1.2 } },
    { id: "data-line", type: "line", ...of, filter: type("LineString"), layout: { "line-cap": "round", "line-join": "round" }, paint: { "line-color": colour, "line-width": ["interpolate", ["linear"], ["zoom"], 8, 1.2, 14, 3] } },
    { id: "data-point", type: "circle", ...of, filter: type("Point"), paint: { "circle-color": colour, "circle-radius": ["interpolate", ["linear"], ["zoom"], 8, 4, 14, 8], "circle-stroke-color": paint.surface, "circle-stroke-width": 1.5 } },
  ];
}
