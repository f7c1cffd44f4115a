// easel.js - draws a photo with what is painted over on a canvas, and paints by pointer and keys. Knows no form and no server.

import { make } from "../core/dom.js";

const COLOURS = 12; // along the longer side of the mosaic that shows what will be gone
const STEP = 40; // an arrow key moves by the longer side divided by this; with Alt by single pixels
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** `image` is loaded; `painting` (Painting) is changed, `onchange()` hears of it. `brush()` gives the width in pixels of the photo. */
export class Easel {
  constructor(image, painting, { brush, onchange, label, describedBy }) {
    this.painting = painting;
    this.brush = brush;
    this.onchange = onchange;
    this.image = image;
    this.canvas = make("canvas", { class: "painting__canvas", tabindex: "0", role: "application", "aria-label": label, "aria-describedby": describedBy });
    const scale = Math.min(1, 1600 / Math.max(painting.width, painting.height));
    this.canvas.width = Math.round(painting.width * scale);
    this.canvas.height = Math.round(painting.height * scale);
    this.scale = scale;
    this.mosaic = this.#mosaic();
    this.#listen();
    this.draw();
  }

  draw() {
    const context = this.canvas.getContext("2d");
    context.drawImage(this.image, 0, 0, this.canvas.width, this.canvas.height);
    context.save();
    context.scale(this.scale, this.scale);
    const pattern = context.createPattern(this.mosaic, "no-repeat");
    pattern.setTransform(new DOMMatrix().scale(1 / this.scale));
    for (const shape of this.painting.shapes) {
      if (shape.points) strokeOver(context, shape, pattern);
      else fillOver(context, shape, pattern);
    }
    const box = this.painting.shapes[this.painting.selected];
    if (box) outline(context, box, 3 / this.scale);
    context.restore();
  }

  /** Blurred squares instead of the photo: not what the server draws, which is coarser still, but as opaque. */
  #mosaic() {
    const { width, height } = this.canvas;
    const few = make("canvas");
    const step = Math.max(width, height) / COLOURS;
    few.width = Math.max(1, Math.round(width / step));
    few.height = Math.max(1, Math.round(height / step));
    few.getContext("2d").drawImage(this.image, 0, 0, few.width, few.height);
    const mosaic = make("canvas");
    Object.assign(mosaic, { width, height });
    const context = mosaic.getContext("2d");
    context.imageSmoothingEnabled = false;
    context.drawImage(few, 0, 0, width, height);
    return mosaic;
  }

  #at({ clientX, clientY }) {
    const { left, top, width, height } = this.canvas.getBoundingClientRect();
    return [((clientX - left) / width) * this.painting.width, ((clientY - top) / height) * this.painting.height];
  }

  #listen() {
    let pointer = null;
    this.canvas.addEventListener("pointerdown", (event) => {
      if (pointer !== null || !event.isPrimary || event.button !== 0) return;
      pointer = event.pointerId;
      this.canvas.setPointerCapture(pointer);
      this.painting.begin(this.brush(), this.#at(event));
      this.draw();
    });
    this.canvas.addEventListener("pointermove", (event) => {
      if (event.pointerId !== pointer) return;
      for (const each of event.getCoalescedEvents?.() ?? [event]) this.painting.extend(this.#at(each));
      this.draw();
    });
    const end = (event) => {
      if (event.pointerId !== pointer) return;
      pointer = null;
      if (event.type === "pointercancel") this.painting.undo(); // a second finger came: the page is being enlarged
      this.#changed();
    };
    this.canvas.addEventListener("pointerup", end);
    this.canvas.addEventListener("pointercancel", end);
    this.canvas.addEventListener("keydown", (event) => this.#key(event));
  }

  #key(event) {
    const { painting } = this;
    const direction = ARROWS[event.key];
    if (direction && painting.selected >= 0) {
      const step = event.altKey ? 1 : Math.round(Math.max(painting.width, painting.height) / STEP);
      painting.shift(direction[0] * step, direction[1] * step, { resize: event.shiftKey });
    } else if (event.key === "Enter") painting.addBox();
    else if (event.key === "Delete" || event.key === "Backspace") painting.removeSelected();
    else if (event.key === "z" && (event.ctrlKey || event.metaKey)) painting.undo();
    else return;
    event.preventDefault();
    this.#changed();
  }

  #changed() {
    this.draw();
    this.onchange();
  }
}

function strokeOver(context, { width, points }, pattern) {
  context.strokeStyle = context.fillStyle = pattern;
  context.lineWidth = width;
  context.lineCap = context.lineJoin = "round";
  context.beginPath();
  context.moveTo(...points[0]);
  for (const point of points.slice(1)) context.lineTo(...point);
  if (points.length === 1) context.lineTo(points[0][0] + 0.1, points[0][1]);
  context.stroke();
}

function fillOver(context, { x, y, w, h }, pattern) {
  context.fillStyle = pattern;
  context.fillRect(x, y, w, h);
}

/** A dashed line, dark on light, seen on every photo. */
function outline(context, { x, y, w, h }, width) {
  context.lineWidth = width;
  for (const [colour, dash] of [["#ffffff", []], ["#15212c", [width * 3, width * 3]]]) {
    context.strokeStyle = colour;
    context.setLineDash(dash);
    context.strokeRect(x, y, w, h);
  }
  context.setLineDash([]);
}
