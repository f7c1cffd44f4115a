// photos.js - shows the chosen photos, makes them small before they travel. Knows no server; without it the input just works.

import { find, make } from "../core/dom.js";
import { gettext, interpolate } from "../core/i18n.js";

const MOST = 5;
const ENOUGH_BYTES = 300_000;
const STEPS = [[1600, 0.8], [1600, 0.7], [1600, 0.6], [1280, 0.6], [1024, 0.55]]; // longer edge in pixels, JPEG quality

/** The photo as a JPEG of at most about 300 kB, upright; as it is if it is small already or cannot be read here. */
export async function shrink(file) {
  if (file.size <= ENOUGH_BYTES) return file;
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const blob = await smallest(picture);
    picture.close();
    return blob && blob.size < file.size ? new File([blob], `${file.name.replace(/\.\w+$/, "")}.jpg`, { type: "image/jpeg" }) : file;
  } catch {
    return file;
  }
}

async function smallest(picture) {
  let blob = null;
  for (const [edge, quality] of STEPS) {
    const canvas = drawn(picture, Math.min(1, edge / Math.max(picture.width, picture.height)));
    blob = await new Promise((resolve) => {
      canvas.toBlob(resolve, "image/jpeg", quality);
    });
    if (!blob || blob.size <= ENOUGH_BYTES) break;
  }
  return blob;
}

function drawn(picture, scale) {
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  const context = canvas.getContext("2d");
  context.fillStyle = "#ffffff"; // below what is transparent
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return canvas;
}

/** Photos add up over several choices, can be taken out one by one, and are sent small. */
export function choosePhotos(root) {
  const input = find("input[type=file]", root);
  const list = find("[data-photos-list]", root);
  const status = find("[data-photos-status]", root);
  let chosen = []; // {file, url, from}: `from` tells a photo chosen twice
  let working = Promise.resolve();

  const say = (sentence) => {
    status.textContent = sentence;
  };

  function put() {
    const files = new DataTransfer();
    for (const { file } of chosen) files.items.add(file);
    input.files = files.files;
    list.replaceChildren(...chosen.map(tile));
    list.hidden = !chosen.length;
  }

  function tile(photo, index) {
    const label = interpolate(gettext("Photo %(number)s"), { number: index + 1 });
    const remove = () => {
      URL.revokeObjectURL(photo.url);
      chosen = chosen.filter((other) => other !== photo);
      put();
      say(gettext("Photo removed."));
    };
    return make(
      "li",
      { class: "photos__item" },
      make("img", { src: photo.url, alt: label, class: "photos__picture" }),
      make("button", { type: "button", class: "photos__remove", "aria-label": interpolate(gettext("Remove %(what)s"), { what: label }), onclick: remove }, "×"),
    );
  }

  async function take(files) {
    say(gettext("Preparing photos …"));
    let tooMany = false;
    for (const original of files) {
      const from = `${original.name}/${original.size}/${original.lastModified}`;
      if (chosen.some((photo) => photo.from === from)) continue;
      if (chosen.length >= MOST) {
        tooMany = true;
        break;
      }
      const file = await shrink(original);
      chosen.push({ file, url: URL.createObjectURL(file), from });
    }
    put();
    const total = Math.max(1, Math.round(chosen.reduce((sum, { file }) => sum + file.size, 0) / 1000));
    const counted = interpolate(gettext("Photos chosen: %(count)s, together %(size)s kB."), { count: chosen.length, size: total });
    say(tooMany ? `${counted} ${interpolate(gettext("More than %(most)s are not possible."), { most: MOST })}` : counted);
  }

  input.addEventListener("change", () => {
    const files = [...input.files];
    working = working.then(() => take(files));
  });
  /** Resolves when no photo is being made smaller any more. */
  return { ready: () => working };
}
