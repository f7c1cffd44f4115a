// filters.js - forms that narrow a list: a short address, and the filter that is kept is the one that is shown. Knows no list.

import { on } from "./dom.js";

/** An address says what was chosen, not what was not. */
export function keepAddressShort(id) {
  document.addEventListener("htmx:configRequest", (event) => {
    if (event.target.id !== id) return;
    const { parameters } = event.detail;
    for (const name of Object.keys(parameters)) if (!parameters[name]) delete parameters[name];
  });
}

/** The list may have been narrowed since the page came: what is kept is what the address says now. */
export function keepCurrentFilter() {
  on("submit", "[data-keep-filter]", (event, form) => {
    form.elements.query.value = location.search;
  });
}
