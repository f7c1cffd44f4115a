// heat-codec.js - reads a heat payload and answers “how many between these weeks?”. Knows no map and no server.
//
// version 1 · side · margin · weeks per bucket · first bucket · buckets · places, then per place:
// Δindex · n · n × Δbucket · n × count; all unsigned LEB128 varints (issues/heat/codec.py writes it).

const FORMAT = 1;

/** @param {ArrayBuffer} buffer  @returns {Heat}  @throws {Error} if it is not such a payload. */
export function decode(buffer) {
  const read = reader(new Uint8Array(buffer));
  if (read() !== FORMAT) throw new Error("This is not a heat payload that this page can read.");
  const [side, margin, bucketWeeks, firstBucket, buckets, places] = [read(), read(), read(), read(), read(), read()];
  const index = new Uint32Array(places);
  const start = new Uint32Array(places + 1);
  const when = [];
  const sums = [];
  let last = 0;
  for (let place = 0; place < places; place++) {
    last += read();
    index[place] = last;
    const n = read();
    let bucket = 0;
    for (let i = 0; i < n; i++) when.push((bucket += read()));
    let sum = 0;
    for (let i = 0; i < n; i++) sums.push((sum += read()));
    start[place + 1] = start[place] + n;
  }
  return new Heat({ side, margin, bucketWeeks, firstBucket, buckets, index, start }, Uint32Array.from(when), Uint32Array.from(sums));
}

function reader(bytes) {
  let at = 0;
  return () => {
    let value = 0;
    for (let shift = 1; ; shift *= 128) {
      if (at >= bytes.length) throw new Error("The heat payload ends too early.");
      const byte = bytes[at++];
      value += (byte & 0x7f) * shift;
      if (byte < 128) return value;
    }
  };
}

/**
 * Counts per place: prefix sums over the buckets that have any, so a window of time is two look-ups per place, and the
 * number of buckets with an issue is the distance between them.
 */
export class Heat {
  constructor(shape, when, sums) {
    Object.assign(this, shape); // side, margin, bucketWeeks, firstBucket, buckets, index, start
    this.when = when;
    this.sums = sums;
  }

  get places() {
    return this.index.length;
  }

  /** Bins along an edge with the margin on both sides. */
  get width() {
    return this.side + 2 * this.margin;
  }

  /** [from, until) in weeks, widened to whole buckets counted from the first. */
  window(fromWeek, untilWeek) {
    const from = Math.floor(fromWeek / this.bucketWeeks) - this.firstBucket;
    const until = Math.ceil(untilWeek / this.bucketWeeks) - this.firstBucket;
    return [Math.max(from, 0), Math.min(until, this.buckets)];
  }

  /** Calls visit(index, issues, buckets with an issue) for each place that has any between the weeks [from, until). */
  each(fromWeek, untilWeek, visit) {
    const [from, until] = this.window(fromWeek, untilWeek);
    for (let place = 0; place < this.places; place++) {
      const a = this.#before(place, from);
      const b = this.#before(place, until);
      if (b <= a) continue;
      const first = this.start[place];
      visit(this.index[place], this.sums[b - 1] - (a > first ? this.sums[a - 1] : 0), b - a);
    }
  }

  /** The first entry of the place that is not before the bucket. */
  #before(place, bucket) {
    let low = this.start[place];
    let high = this.start[place + 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.when[middle] < bucket) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
