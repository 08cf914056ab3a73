// Suggestions under a search field: an ARIA combobox over a JSON list [{text, note?, url?}].
import { t } from "./words.js";

export function suggest(input) {
  const url = input.dataset.suggestUrl;
  const form = input.form;
  const list = document.createElement("ul");
  list.className = "suggest";
  list.id = `${input.id}-suggest`;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", t("Saran pencarian", "Suggestions"));
  list.hidden = true;
  form.after(list);
  for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-expanded", "false"], ["aria-controls", list.id]]) {
    input.setAttribute(name, value);
  }
  let at = -1;
  let timer = 0;
  let running = null;
  const close = () => { list.hidden = true; at = -1; input.setAttribute("aria-expanded", "false"); input.removeAttribute("aria-activedescendant"); };
  const mark = (index) => {
    const items = [...list.children];
    if (!items.length) return;
    at = (index + items.length + 1) % (items.length + 1);
    items.forEach((item, i) => item.setAttribute("aria-selected", String(i === at)));
    if (at < items.length) input.setAttribute("aria-activedescendant", items[at].id);
    else input.removeAttribute("aria-activedescendant");
  };
  const take = (item) => {
    if (item.dataset.url) { location.href = item.dataset.url; return; }
    input.value = item.dataset.text;
    close();
    form.requestSubmit();
  };
  const show = (rows) => {
    list.replaceChildren(...rows.slice(0, 8).map((row, i) => {
      const item = document.createElement("li");
      item.id = `${list.id}-${i}`;
      item.setAttribute("role", "option");
      item.setAttribute("aria-selected", "false");
      item.dataset.text = row.text;
      if (row.url && row.url.startsWith("/")) item.dataset.url = row.url;
      item.append(row.text);
      if (row.note) { const note = document.createElement("small"); note.append(row.note); item.append(note); }
      item.addEventListener("mousedown", (event) => { event.preventDefault(); take(item); });
      return item;
    }));
    at = -1;
    list.hidden = !rows.length;
    input.setAttribute("aria-expanded", String(rows.length > 0));
  };
  const ask = async () => {
    const words = input.value.trim();
    if (words.length < 2) { close(); return; }
    running?.abort();
    running = new AbortController();
    try {
      const there = new URL(url, location.href);
      there.searchParams.set("q", words);
      const answer = await fetch(there, { signal: running.signal, headers: { Accept: "application/json" } });
      if (!answer.ok) { close(); return; }
      const body = await answer.json();
      if (document.activeElement === input) show((Array.isArray(body) ? body : body.suggestions ?? []).map((row) => (typeof row === "string" ? { text: row } : row)));
    } catch (error) {
      if (error.name !== "AbortError") close();
    }
  };
  input.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, 140); });
  input.addEventListener("blur", () => setTimeout(close, 120));
  input.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    if (event.key === "ArrowDown") { mark(at + 1); event.preventDefault(); }
    else if (event.key === "ArrowUp") { mark(at < 0 ? list.children.length - 1 : at - 1); event.preventDefault(); }
    else if (event.key === "Escape") { close(); event.preventDefault(); }
    else if (event.key === "Enter" && at >= 0 && at < list.children.length) { event.preventDefault(); take(list.children[at]); }
  });
}
