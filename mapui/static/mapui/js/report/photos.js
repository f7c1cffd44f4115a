// photos.js - shows the chosen photos, makes them small before they travel. Knows no server; without it the input just works.

import { find, make } from "../core/dom.js";
import { gettext, interpolate } from "../core/i18n.js";
import { shrink } from "./shrinking.js";

export { shrink };

const MOST = 5;

/**
 * Photos add up over several choices, can be taken out one by one, and are sent small.
 *
 * `root` holds the input, [data-photos-list] and [data-photos-status]; `onchange(files)` hears of every change by a person.
 * Returns {ready(): resolves when no photo is being made smaller, files(): File[], restore(files), clear()}.
 */
export function choosePhotos(root, { onchange = () => {} } = {}) {
  const input = find("input[type=file]", root);
  const list = find("[data-photos-list]", root);
  const status = find("[data-photos-status]", root);
  let chosen = []; // {file, url, from}: `from` tells a photo chosen twice
  let working = Promise.resolve();

  const say = (sentence) => {
    status.textContent = sentence;
  };
  const files = () => chosen.map(({ file }) => file);

  function put() {
    const transfer = new DataTransfer();
    for (const file of files()) transfer.items.add(file);
    input.files = transfer.files;
    list.replaceChildren(...chosen.map(tile));
    list.hidden = !chosen.length;
  }

  function add(file, from) {
    chosen.push({ file, url: URL.createObjectURL(file), from });
  }

  function drop(photos) {
    for (const { url } of photos) URL.revokeObjectURL(url);
    chosen = chosen.filter((photo) => !photos.includes(photo));
    put();
  }

  function tile(photo, index) {
    const label = interpolate(gettext("Photo %(number)s"), { number: index + 1 });
    const remove = () => {
      drop([photo]);
      say(gettext("Photo removed."));
      (find("button", list.children[Math.min(index, chosen.length - 1)] ?? list) ?? input).focus();
      onchange(files());
    };
    return make(
      "li",
      { class: "photos__item" },
      make("img", { src: photo.url, alt: label, class: "photos__picture" }),
      make("button", { type: "button", class: "photos__remove", "aria-label": interpolate(gettext("Remove %(what)s"), { what: label }), onclick: remove }, "×"),
    );
  }

  /** One after the other: two large photos decoded at once are too much for a small telephone. */
  async function take(originals) {
    say(gettext("Preparing photos …"));
    let tooMany = false;
    for (const original of originals) {
      const from = `${original.name}/${original.size}/${original.lastModified}`;
      if (chosen.some((photo) => photo.from === from)) continue;
      if (chosen.length >= MOST) {
        tooMany = true;
        break;
      }
      add(await shrink(original), from);
      put();
    }
    put();
    say(tooMany ? `${counted()} ${interpolate(gettext("More than %(most)s are not possible."), { most: MOST })}` : counted());
    onchange(files());
  }

  function counted() {
    const total = Math.max(1, Math.round(files().reduce((sum, { size }) => sum + size, 0) / 1000));
    return interpolate(gettext("Photos chosen: %(count)s, together %(size)s kB."), { count: chosen.length, size: total });
  }

  input.addEventListener("change", () => {
    const originals = [...input.files];
    working = working.then(() => take(originals));
  });

  return {
    ready: () => working,
    files,
    /** Photos that were kept from an earlier time, made small already. */
    restore(kept) {
      drop(chosen);
      for (const [index, file] of kept.slice(0, MOST).entries()) add(file, `kept/${index}/${file.size}`);
      put();
      say(chosen.length ? counted() : "");
    },
    clear() {
      drop(chosen);
      say("");
    },
  };
}
