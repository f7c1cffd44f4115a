// painting.js - what was painted over on a photo, in pixels of the photo: strokes and rectangles, undone and redone. Knows no canvas.

const SMALLEST = 8; // a rectangle's side
const NEAR = 1.5; // a point of a stroke nearer than this to the last one says nothing

const clamp = (value, least, most) => Math.min(most, Math.max(least, value));

/** Strokes {width, points: [[x, y], …]} and rectangles {x, y, w, h} on a photo of `width` × `height` pixels. */
export class Painting {
  #done = [[]]; // every state, the current one at #place
  #place = 0;

  constructor(width, height, shapes = []) {
    this.width = width;
    this.height = height;
    this.#done = [shapes];
    this.selected = -1; // index of the rectangle that the arrow keys move
  }

  get shapes() {
    return this.#done[this.#place];
  }

  get strokes() {
    return this.shapes.filter(({ points }) => points);
  }

  get boxes() {
    return this.shapes.filter(({ points }) => !points);
  }

  get canUndo() {
    return this.#place > 0;
  }

  get canRedo() {
    return this.#place < this.#done.length - 1;
  }

  undo() {
    if (this.canUndo) this.#place -= 1;
    this.selected = -1;
  }

  redo() {
    if (this.canRedo) this.#place += 1;
    this.selected = -1;
  }

  clear() {
    if (this.shapes.length) this.#next([]);
    this.selected = -1;
  }

  /** Begins a stroke of that width; the stroke grows by `extend` and is one step to undo. */
  begin(width, point) {
    this.#next([...this.shapes, { width, points: [this.#inside(point)] }]);
    this.selected = -1;
  }

  extend(point) {
    const stroke = this.shapes.at(-1);
    const [x, y] = this.#inside(point);
    const [lastX, lastY] = stroke.points.at(-1);
    if (Math.hypot(x - lastX, y - lastY) >= NEAR) stroke.points.push([x, y]);
  }

  /** A rectangle in the middle of the photo, or where it is said; it is selected. */
  addBox(box = this.#middle()) {
    this.#next([...this.shapes, this.#fitted(box)]);
    this.selected = this.shapes.length - 1;
  }

  /** Moves the selected rectangle, or changes its size, by so many pixels. */
  shift(dx, dy, { resize = false } = {}) {
    const box = this.shapes[this.selected];
    if (!box) return;
    const moved = resize ? { ...box, w: box.w + dx, h: box.h + dy } : { ...box, x: box.x + dx, y: box.y + dy };
    this.#next(this.shapes.map((shape, index) => (index === this.selected ? this.#fitted(moved) : shape)));
  }

  removeSelected() {
    if (this.selected < 0) return;
    this.#next(this.shapes.filter((_shape, index) => index !== this.selected));
    this.selected = -1;
  }

  /** Puts these rectangles in the place of all that are there, as they were typed. */
  setBoxes(boxes) {
    this.#next([...this.strokes, ...boxes.map((box) => this.#fitted(box))]);
    this.selected = -1;
  }

  #next(shapes) {
    this.#done = [...this.#done.slice(0, this.#place + 1), shapes];
    this.#place += 1;
  }

  #middle() {
    const side = Math.round(Math.min(this.width, this.height) / 5);
    return { x: Math.round((this.width - side) / 2), y: Math.round((this.height - side) / 2), w: side, h: side };
  }

  #inside([x, y]) {
    return [Math.round(clamp(x, 0, this.width)), Math.round(clamp(y, 0, this.height))];
  }

  #fitted({ x, y, w, h }) {
    const width = clamp(w, SMALLEST, this.width);
    const height = clamp(h, SMALLEST, this.height);
    return { x: clamp(x, 0, this.width - width), y: clamp(y, 0, this.height - height), w: width, h: height };
  }
}
