// Small helps that each stand on plain HTML: copy, filter sheet, long selects, keys, lazy maps.
import { t } from "./words.js";

export function copy(button) {
  if (!navigator.clipboard) return;
  button.classList.add("ready");
  const label = button.querySelector("span") ?? button;
  const before = label.textContent;
  button.addEventListener("click", async () => {
    const from = button.dataset.copyFrom ? document.getElementById(button.dataset.copyFrom) : null;
    await navigator.clipboard.writeText(button.dataset.copyText ?? from?.textContent ?? location.href);
    label.textContent = button.dataset.done ?? t("Tersalin", "Copied");
    setTimeout(() => { label.textContent = before; }, 2000);
  });
}

export function sheet(filters) {
  const opener = document.querySelector(`[data-sheet-open="${filters.id}"]`);
  if (!opener) return;
  const closer = document.createElement("button");
  closer.type = "button";
  closer.className = "button sheet-close";
  closer.textContent = t("Tutup saringan", "Close filters");
  filters.prepend(closer);
  filters.classList.add("sheet-ready");
  const set = (open) => {
    filters.classList.toggle("open", open);
    opener.setAttribute("aria-expanded", String(open));
    for (const node of document.querySelectorAll(".masthead, .foot, .skip")) node.inert = open;
    if (open) closer.focus(); else opener.focus();
  };
  opener.setAttribute("aria-expanded", "false");
  opener.addEventListener("click", (event) => { event.preventDefault(); set(true); });
  closer.addEventListener("click", () => set(false));
  filters.addEventListener("keydown", (event) => { if (event.key === "Escape" && filters.classList.contains("open")) set(false); });
}

export function filterSelect(select) {
  if (select.options.length < 12) return;
  const input = document.createElement("input");
  input.className = "input";
  input.type = "search";
  input.placeholder = select.dataset.filterSelect;
  input.setAttribute("aria-label", select.dataset.filterSelect);
  input.setAttribute("aria-controls", select.id);
  const all = [...select.options];
  select.before(input);
  input.addEventListener("input", () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    const hits = all.filter((option) => option.selected || !option.value || words.every((word) => option.text.toLowerCase().includes(word)));
    select.replaceChildren(...hits);
    const real = hits.filter((option) => option.value && !(!words.every((word) => option.text.toLowerCase().includes(word))));
    if (words.length && real.length === 1) select.value = real[0].value;
  });
}

// Links to parts of this page become tabs; the parts carry the class panel.
export function tabs(nav) {
  const links = [...nav.querySelectorAll("a")];
  const panels = links.map((link) => (link.hash && link.pathname === location.pathname ? document.getElementById(link.hash.slice(1)) : null));
  if (links.length < 2 || panels.some((panel) => !panel?.classList.contains("panel"))) return;
  nav.setAttribute("role", "tablist");
  const show = (at, focus = false) => links.forEach((link, i) => {
    link.setAttribute("aria-selected", String(i === at));
    link.tabIndex = i === at ? 0 : -1;
    panels[i].hidden = i !== at;
    if (focus && i === at) link.focus();
  });
  links.forEach((link, i) => {
    link.removeAttribute("aria-current");
    link.setAttribute("role", "tab");
    link.id ||= `tab-${panels[i].id}`;
    link.setAttribute("aria-controls", panels[i].id);
    panels[i].setAttribute("role", "tabpanel");
    panels[i].setAttribute("aria-labelledby", link.id);
    link.addEventListener("click", (event) => { event.preventDefault(); show(i); history.replaceState(null, "", link.hash); });
    link.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (step) { event.preventDefault(); show((i + step + links.length) % links.length, true); }
      if (event.key === " ") { event.preventDefault(); link.click(); }
    });
  });
  const follow = () => { const at = panels.findIndex((panel) => `#${panel.id}` === location.hash); if (at >= 0) show(at); return at; };
  if (follow() < 0) show(0);
  window.addEventListener("hashchange", follow);
}

// A column's menu leaves the scrolling frame, which would cut it, and stands under its button.
export function columnMenu(menu) {
  menu.addEventListener("toggle", () => {
    if (!menu.open) return;
    const panel = menu.querySelector(":scope > div");
    const button = menu.querySelector("summary").getBoundingClientRect();
    panel.style.position = "fixed";
    panel.style.top = `${Math.min(button.bottom + 4, Math.max(8, innerHeight - panel.offsetHeight - 8))}px`;
    panel.style.left = `${Math.max(16, Math.min(button.right - panel.offsetWidth, innerWidth - panel.offsetWidth - 16))}px`;
    // a phone's keyboard scrolls the page: who is typing keeps the menu
    const close = () => {
      if (menu.querySelector("input:focus")) return;
      menu.open = false;
      removeEventListener("scroll", close, { capture: true });
    };
    addEventListener("scroll", close, { passive: true, capture: true });
  });
}

export function keys() {
  document.addEventListener("keydown", (event) => {
    const typing = /^(input|textarea|select)$/i.test(event.target.tagName) || event.target.isContentEditable;
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      const box = document.querySelector("[data-search]");
      if (box) { event.preventDefault(); box.focus(); box.select(); }
    }
    if (event.key === "Escape") {
      const open = event.target.closest?.("details.col-menu[open], details.menu[open]");
      if (open) { open.open = false; open.querySelector("summary").focus(); }
    }
  });
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.col-menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  });
}

export function lazyMaps(nodes) {
  const { mapModule, mapCss, mapWorker } = document.body.dataset;
  if (!nodes.length || !mapModule) return;
  let loading = null;
  const load = () => loading ??= new Promise((done) => {
    const sheetLink = document.createElement("link");
    sheetLink.rel = "stylesheet";
    sheetLink.href = mapCss;
    document.head.prepend(sheetLink);
    done(import(mapModule));
  });
  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      seen.unobserve(entry.target);
      load().then((module) => module.start(entry.target, mapWorker)).catch(() => entry.target.classList.add("map-failed"));
    }
  }, { rootMargin: "200px" });
  for (const node of nodes) {
    if (node.dataset.map !== undefined) { seen.observe(node); continue; }
    const opener = document.createElement("button");
    opener.type = "button";
    opener.className = "button quiet";
    opener.textContent = t("Pilih di peta", "Choose on a map");
    node.querySelector("legend").after(opener);
    opener.addEventListener("click", () => load().then((module) => { opener.remove(); module.startBox(node, mapWorker); }), { once: true });
  }
}
