import { progress } from "./progress.js";
import { columnMenu, copy, filterSelect, keys, lazyMaps, sheet, tabs } from "./small.js";
import { suggest } from "./suggest.js";

const each = (selector, act) => document.querySelectorAll(selector).forEach(act);
each("[data-suggest-url]", suggest);
each("[data-progress-url]", progress);
each("[data-copy]", copy);
each("[data-filter-sheet]", sheet);
each("[data-filter-select]", filterSelect);
each("[data-focus]", (node) => node.focus());
each("[data-tabs]", tabs);
each("details.col-menu", columnMenu);
keys();
lazyMaps([...document.querySelectorAll("[data-map], [data-map-box]")]);
