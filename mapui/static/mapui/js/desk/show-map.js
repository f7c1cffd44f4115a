// show-map.js - the map beside the list where there is room, behind a button where there is not. Knows the page's buttons; the
// map is made the first time that it is seen.

import { find, findAll, on } from "../core/dom.js";
import { pocketMap } from "./map.js";

const ROOM = "(min-width: 64rem)";

/** {show(pack, issues, here)}; `onOpen(number)` when an issue on it is touched, `onShown()` when it has come into sight. */
export function startMap({ onOpen, onShown }) {
  const work = find("[data-work]");
  const place = find("[data-map]");
  const room = globalThis.matchMedia(ROOM);
  let map = null;

  on("click", "[data-view]", (event, button) => {
    work.dataset.shows = button.dataset.view;
    for (const each of findAll("[data-view]")) each.setAttribute("aria-pressed", String(each === button));
    onShown();
  });
  room.addEventListener("change", onShown);

  return {
    show(pack, issues, here) {
      if (!room.matches && work.dataset.shows !== "map") return;
      map ??= pocketMap(place, { onOpen });
      map.show(pack, issues, here);
    },
  };
}
