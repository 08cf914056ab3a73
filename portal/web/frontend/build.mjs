// Builds portal/web/static: hashed names, manifest.json, and .gz/.br copies beside every file.
import { build } from "esbuild";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "..", "static");
rmSync(out, { recursive: true, force: true });
mkdirSync(out);

const shared = {
  absWorkingDir: here, outdir: out, bundle: true, minify: true, metafile: true, legalComments: "none",
  entryNames: "[name].[hash]", assetNames: "[name].[hash]", chunkNames: "[name].[hash]",
  loader: { ".woff2": "file" }, logLevel: "warning",
};
const pages = await build({
  ...shared, format: "esm", target: ["es2020", "chrome87", "firefox85", "safari14.1"],
  entryPoints: ["css/app.css", "js/app.js", "js/office.js"],
});
const maps = await build({
  ...shared, format: "esm", splitting: true, target: ["es2022"],
  entryPoints: ["css/map.css", "js/map.js"],
});
const worker = await build({
  ...shared, format: "esm", target: ["es2022"],
  entryPoints: { "map-worker": "node_modules/maplibre-gl/dist/maplibre-gl-worker.mjs" },
});

const icon = await build({
  ...shared, loader: { ".svg": "copy" }, entryPoints: ["icon.svg"],
});

const manifest = {};
for (const { metafile } of [pages, maps, worker, icon]) {
  for (const file of Object.keys(metafile.outputs)) {
    const built = basename(file);
    manifest[built.replace(/\.[A-Z0-9]{8}\./, ".")] = built;
  }
}
writeFileSync(join(out, "manifest.json"), JSON.stringify(manifest, Object.keys(manifest).sort(), 1) + "\n");

const rows = [];
for (const name of readdirSync(out).sort()) {
  if (name === "manifest.json") continue;
  const plain = readFileSync(join(out, name));
  if (name.endsWith(".woff2")) { rows.push([name, plain.length, plain.length, plain.length]); continue; }
  const gz = gzipSync(plain, { level: 9 });
  const br = brotliCompressSync(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
  writeFileSync(join(out, name + ".gz"), gz);
  writeFileSync(join(out, name + ".br"), br);
  rows.push([name, plain.length, gz.length, br.length]);
}
console.log(["file", "plain", "gzip", "brotli"].join("\t"));
for (const row of rows) console.log(row.join("\t"));
