// turns.js - heavy pieces of work take turns: so much in each frame, so that what moves goes on moving. Knows no map.

export class Turns {
  /** `room`: how much is done in one frame, in the measure of what each piece says it costs. */
  constructor({ room, nextFrame = (work) => requestAnimationFrame(work) }) {
    Object.assign(this, { room, nextFrame, left: room, isAsked: false });
    this.waiting = [];
  }

  /** A promise of the turn of a piece that costs so much: now if there is room left in this frame, else first come, first served. */
  take(cost) {
    return new Promise((go) => {
      this.waiting.push({ cost, go });
      this.#serve();
    });
  }

  #serve() {
    if (!this.waiting.length) return;
    this.#askForFrame();
    while (this.waiting.length && this.left > 0) {
      const { cost, go } = this.waiting.shift();
      this.left -= cost;
      go();
    }
  }

  /** The next frame has room again, and may have to serve who is left over. */
  #askForFrame() {
    if (this.isAsked) return;
    this.isAsked = true;
    this.nextFrame(() => {
      this.isAsked = false;
      this.left = this.room;
      this.#serve();
    });
  }
}
