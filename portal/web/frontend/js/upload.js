// Resumable upload: PUT {data-upload}/{id}?offset=n in chunks of 5 MiB, resumed by HEAD. The id is ours and
// remembered per file, so a closed tab or a lost line goes on where it stopped.
import { t } from "./words.js";

const CHUNK = 5 * 1024 * 1024;
const HASH_LIMIT = 64 * 1024 * 1024;
const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const hex = (bytes) => [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const newId = () => hex(crypto.getRandomValues(new Uint8Array(16)));
const keyOf = (file) => `unggah:${file.name}:${file.size}:${file.lastModified}`;

class Refused extends Error {}

function remember(file) {
  try {
    const known = localStorage.getItem(keyOf(file)) ?? newId();
    localStorage.setItem(keyOf(file), known);
    return known;
  } catch { return newId(); }
}

const forget = (file) => { try { localStorage.removeItem(keyOf(file)); } catch { /* storage may be shut */ } };

async function offsetOf(url) {
  const answer = await fetch(url, { method: "HEAD", credentials: "same-origin" });
  return answer.ok ? Number(answer.headers.get("Upload-Offset")) || 0 : 0;
}

async function reason(answer) {
  try { return (await answer.json()).message; } catch { return `${answer.status}`; }
}

async function send(file, base, headers, say) {
  const id = remember(file);
  const url = `${base.replace(/\/$/, "")}/${id}`;
  const digest = file.size <= HASH_LIMIT && crypto.subtle ? hex(await crypto.subtle.digest("SHA-256", await file.arrayBuffer())) : null;
  let offset = await offsetOf(url).catch(() => 0);
  let tries = 0;
  do {
    const end = Math.min(offset + CHUNK, file.size);
    const extra = end === file.size && digest ? { "Upload-Checksum": `sha256 ${digest}` } : {};
    try {
      const answer = await fetch(`${url}?offset=${offset}`, {
        method: "PUT", credentials: "same-origin", body: file.slice(offset, end),
        headers: { ...headers, ...extra, "Content-Type": "application/octet-stream", "Upload-Length": file.size, "Upload-Offset": offset, "Upload-Name": encodeURIComponent(file.name) },
      });
      if (answer.status === 409) { offset = Number(answer.headers.get("Upload-Offset")) || 0; tries += 1; if (tries > 8) throw new Refused(await reason(answer)); continue; }
      if (answer.status >= 400 && answer.status < 500 && answer.status !== 408 && answer.status !== 429) throw new Refused(await reason(answer));
      if (!answer.ok) throw new Error(String(answer.status));
      offset = end;
      tries = 0;
      say(offset);
    } catch (error) {
      if (error instanceof Refused) { forget(file); throw error; }
      tries += 1;
      say(offset, t("Sambungan terputus, mencoba lagi…", "Connection lost, trying again…"));
      await pause(Math.min(1000 * 2 ** tries, 30000));
      offset = await offsetOf(url).catch(() => offset);
    }
  } while (offset < file.size);
  return id;
}

function row(file) {
  const item = document.createElement("li");
  const line = document.createElement("div");
  line.className = "progress-text";
  const name = document.createElement("span");
  name.textContent = file.name;
  const state = document.createElement("span");
  state.className = "num";
  line.append(name, state);
  const bar = document.createElement("progress");
  bar.className = "progress";
  bar.max = file.size || 1;
  bar.value = 0;
  bar.setAttribute("aria-label", file.name);
  item.append(line, bar);
  return { item, state, bar };
}

export function upload(form) {
  const input = form.querySelector("input[type=file]");
  const drop = form.querySelector("[data-drop]");
  const list = form.querySelector("[data-upload-list]");
  if (!input || !list) return;
  const base = form.dataset.upload || form.action;
  const token = form.querySelector("[name=csrf_token]")?.value;
  const headers = token ? { "X-CSRFToken": token } : {};
  let busy = false;

  const run = async () => {
    if (busy || !input.files.length) return;
    busy = true;
    const files = [...input.files];
    const rows = files.map(row);
    list.replaceChildren(...rows.map((each) => each.item));
    const live = document.createElement("li");
    live.setAttribute("role", "status");
    list.append(live);
    const ids = [];
    for (const [i, file] of files.entries()) {
      const { bar, state } = rows[i];
      try {
        ids.push(await send(file, base, headers, (done, note) => { bar.value = done; state.textContent = note ?? `${Math.round((100 * done) / (file.size || 1))}%`; }));
        bar.value = bar.max;
        state.textContent = t("Terkirim", "Sent");
        live.textContent = `${file.name}: ${t("terkirim", "sent")}`;
      } catch (error) {
        state.textContent = t("Ditolak", "Refused");
        live.textContent = `${file.name}: ${error.message}`;
        busy = false;
        return;
      }
    }
    files.forEach(forget);
    for (const id of ids) {
      const hidden = document.createElement("input");
      hidden.type = "hidden";
      hidden.name = "upload_id";
      hidden.value = id;
      form.append(hidden);
    }
    input.disabled = true;
    form.submit();
  };

  form.addEventListener("submit", (event) => { if (input.files.length && !input.disabled) { event.preventDefault(); run(); } });
  if (form.dataset.uploadAuto !== undefined) input.addEventListener("change", () => form.requestSubmit());
  for (const kind of ["dragenter", "dragover"]) drop?.addEventListener(kind, (event) => { event.preventDefault(); drop.classList.add("over"); });
  for (const kind of ["dragleave", "drop"]) drop?.addEventListener(kind, () => drop.classList.remove("over"));
  drop?.addEventListener("drop", (event) => {
    event.preventDefault();
    if (!event.dataTransfer.files.length) return;
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
  window.addEventListener("beforeunload", (event) => { if (busy && !input.disabled) event.preventDefault(); });
}
