// One place for each region's name: where a line of text has the most room in its largest ring. Tiles cut
// polygons, so names taken from tiles would stand twice.
const area = (ring) => Math.abs(ring.reduce((sum, [x, y], i) => { const [u, v] = ring[(i + 1) % ring.length]; return sum + x * v - u * y; }, 0));

function spans(ring, y) {
  const cuts = [];
  ring.forEach(([x1, y1], i) => {
    const [x2, y2] = ring[(i + 1) % ring.length];
    if ((y1 > y) !== (y2 > y)) cuts.push(x1 + ((y - y1) / (y2 - y1)) * (x2 - x1));
  });
  cuts.sort((a, b) => a - b);
  return cuts.flatMap((x, i) => (i % 2 === 0 && i + 1 < cuts.length ? [[x, cuts[i + 1]]] : []));
}

function place(geometry) {
  if (geometry?.type === "Point") return geometry.coordinates;
  const rings = geometry?.type === "Polygon" ? [geometry.coordinates[0]] : geometry?.type === "MultiPolygon" ? geometry.coordinates.map((polygon) => polygon[0]) : [];
  if (!rings.length) return null;
  const ring = rings.reduce((best, each) => (area(each) > area(best) ? each : best));
  const ys = ring.map(([, y]) => y);
  const low = Math.min(...ys);
  const high = Math.max(...ys);
  let best = null;
  for (let step = 3; step <= 21; step += 1) {
    const y = low + ((high - low) * step) / 24;
    for (const [left, right] of spans(ring, y)) if (!best || right - left > best.room) best = { room: right - left, at: [(left + right) / 2, y] };
  }
  return best?.at ?? null;
}

export function names(collection) {
  const features = (collection.features ?? []).flatMap((feature) => {
    const at = feature.properties?.nama ? place(feature.geometry) : null;
    return at ? [{ type: "Feature", properties: { nama: feature.properties.nama }, geometry: { type: "Point", coordinates: at } }] : [];
  });
  return { type: "FeatureCollection", features };
}
