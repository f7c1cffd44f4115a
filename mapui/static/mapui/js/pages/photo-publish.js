// photo-publish.js - entry of the page on which faces and number plates are painted over. Without it, rectangles by numbers remain.

import "./every.js";
import { find, findAll, make } from "../core/dom.js";
import { gettext, interpolate, ngettext } from "../core/i18n.js";
import { Easel } from "../photo/easel.js";
import { Painting } from "../photo/painting.js";

const SIDES = ["x", "y", "w", "h"];
const form = find("#painting");

const inputsOf = (row) => SIDES.map((side) => find(`[name=${side}]`, row));
const typed = (row) => inputsOf(row).map(({ value }) => (value.trim() === "" ? NaN : Number(value)));

/** The rectangles that stand complete in the rows. */
function boxesOf(rows) {
  return findAll("[data-row]", rows)
    .map(typed)
    .filter((numbers) => numbers.every(Number.isFinite))
    .map(([x, y, w, h]) => ({ x, y, w, h }));
}

function strokesOf(input) {
  try {
    return JSON.parse(input.value || "[]");
  } catch {
    return [];
  }
}

function tell(painting) {
  const n = painting.shapes.length;
  const sentence = n ? interpolate(ngettext("%(n)s place painted over.", "%(n)s places painted over.", n), { n }) : gettext("Nothing painted over yet.");
  find("[data-painted]", form).textContent = sentence;
}

/** The rows always say what is painted: one per rectangle, and an empty one to type another. */
function fillRows(rows, painting) {
  const template = findAll("[data-row]", rows)[0];
  const boxes = [...painting.boxes, null];
  rows.replaceChildren(
    ...boxes.map((box) => {
      const row = template.cloneNode(true);
      for (const input of inputsOf(row)) input.value = box ? String(Math.round(box[input.name])) : "";
      return row;
    }),
  );
}

function begin(image) {
  const { width, height } = form.dataset;
  const rows = find("[data-rows]", form);
  const strokes = find("[name=strokes]", form);
  const painting = new Painting(Number(width), Number(height), [...strokesOf(strokes), ...boxesOf(rows)]);
  const longer = Math.max(painting.width, painting.height);
  const buttons = { undo: find("[data-undo]", form), redo: find("[data-redo]", form), clear: find("[data-clear]", form) };

  function changed({ typing = false } = {}) {
    strokes.value = JSON.stringify(painting.strokes);
    if (!typing) fillRows(rows, painting);
    buttons.undo.disabled = !painting.canUndo;
    buttons.redo.disabled = !painting.canRedo;
    buttons.clear.disabled = !painting.shapes.length;
    tell(painting);
  }

  const easel = new Easel(image, painting, {
    brush: () => Math.round(longer / Number(find("[name=brush]:checked", form).value)),
    onchange: changed,
    label: gettext("Photo to paint on"),
    describedBy: "painting-help",
  });
  const does = (button, what) =>
    button.addEventListener("click", () => {
      what();
      easel.draw();
      changed();
    });
  does(buttons.undo, () => painting.undo());
  does(buttons.redo, () => painting.redo());
  does(buttons.clear, () => painting.clear());
  does(find("[data-box]", form), () => {
    painting.addBox();
    easel.canvas.focus();
  });
  rows.addEventListener("change", () => {
    painting.setBoxes(boxesOf(rows));
    easel.draw();
    changed({ typing: true });
  });
  image.replaceWith(easel.canvas);
  for (const each of findAll("[data-tools], [data-keys]", form)) each.hidden = false;
  changed();
}

function fail() {
  find("[data-painted]", form).append(make("strong", {}, gettext("The photo could not be loaded. Load the page again, or give the rectangles by numbers.")));
}

const photo = find(".painting__photo", form);
photo.decode().then(() => begin(photo), fail);
find("#refused")?.focus();
