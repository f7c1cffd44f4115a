// mvt.js - reads an id-only vector tile straight into typed arrays; no object per feature. Knows no map, no colour.

const NO_SHAPES = {
  extent: 4096,
  size: 0,
  ids: new Uint32Array(0),
  rings: new Uint32Array(1),
  vertices: new Uint32Array(1),
  xy: new Int16Array(0),
  boxes: new Int16Array(0),
};

/**
 * The polygons of the layer `name` in the tile:
 * {extent, size, ids[f], rings[f..f+1] → ring numbers, vertices[r..r+1] → vertex numbers, xy (x, y by turns),
 *  boxes (west, north, east, south by feature)}; coordinates in tile units, y down. An empty buffer is an empty tile.
 */
export function decode(buffer, name = "area") {
  const reader = new Reader(new Uint8Array(buffer));
  let found = NO_SHAPES;
  reader.fields((tag) => {
    if (tag !== 3) return false;
    const layer = reader.message();
    const shapes = readLayer(layer, name);
    if (shapes) found = shapes;
    return true;
  });
  return found;
}

/** Protocol buffers, as much of them as a tile needs. */
class Reader {
  constructor(bytes, at = 0, end = bytes.length) {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
  }

  varint() {
    const { bytes } = this;
    let value = 0;
    let shift = 0;
    for (;;) {
      const byte = bytes[this.at++];
      // Past 28 bits the shift operator would lose what is above the 32nd.
      value += shift < 28 ? (byte & 0x7f) << shift : (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
      shift += 7;
      if (shift > 63 || this.at >= this.end) throw new RangeError("Broken tile: a number does not end.");
    }
  }

  message() {
    const length = this.varint();
    const start = this.at;
    this.at += length;
    if (this.at > this.end) throw new RangeError("Broken tile: a part is longer than the whole.");
    return new Reader(this.bytes, start, this.at);
  }

  skip(wire) {
    if (wire === 0) this.varint();
    else if (wire === 1) this.at += 8;
    else if (wire === 2) this.message();
    else if (wire === 5) this.at += 4;
    else throw new RangeError("Broken tile: unknown kind of field.");
  }

  /** Calls `read(tag)` for each field; what it does not read (false) is skipped. */
  fields(read) {
    while (this.at < this.end) {
      const key = this.varint();
      if (read(key >> 3) === false) this.skip(key & 7);
    }
  }
}

function readLayer(layer, wanted) {
  const text = new TextDecoder();
  const features = [];
  let name = "";
  let extent = 4096;
  layer.fields((tag) => {
    if (tag === 1) {
      const part = layer.message();
      name = text.decode(part.bytes.subarray(part.at, part.end));
    } else if (tag === 2) features.push(layer.message());
    else if (tag === 5) extent = layer.varint();
    else return false;
    return true;
  });
  return name === wanted ? collect(features, extent) : null;
}

function collect(features, extent) {
  const size = features.length;
  const ids = new Uint32Array(size);
  const rings = new Uint32Array(size + 1);
  const boxes = new Int16Array(size * 4);
  const vertices = [0];
  const points = new Points();
  features.forEach((feature, number) => {
    const geometry = readFeature(feature, (id) => {
      ids[number] = id;
    });
    const first = points.length;
    if (geometry) readRings(geometry, points, vertices);
    rings[number + 1] = vertices.length - 1;
    points.box(first, boxes, number * 4);
  });
  return { extent, size, ids, rings, vertices: Uint32Array.from(vertices), xy: points.done(), boxes };
}

function readFeature(feature, setId) {
  let geometry = null;
  feature.fields((tag) => {
    if (tag === 1) setId(feature.varint());
    else if (tag === 4) geometry = feature.message();
    else return false;
    return true;
  });
  return geometry;
}

const MOVE = 1;
const LINE = 2;
const CLOSE = 7;

function readRings(geometry, points, vertices) {
  let x = 0;
  let y = 0;
  const step = () => {
    const n = geometry.varint();
    return n & 1 ? -((n + 1) / 2) : n / 2;
  };
  while (geometry.at < geometry.end) {
    const command = geometry.varint();
    const kind = command & 7;
    if (kind === CLOSE) {
      vertices.push(points.length / 2);
      continue;
    }
    if (kind !== MOVE && kind !== LINE) throw new RangeError("Broken tile: unknown command.");
    for (let n = command >> 3; n > 0; n -= 1) {
      x += step();
      y += step();
      points.add(x, y);
    }
  }
}

/** Coordinates in a typed array that grows. */
class Points {
  constructor() {
    this.xy = new Int16Array(4096);
    this.length = 0;
  }

  add(x, y) {
    if (this.length + 2 > this.xy.length) {
      const wider = new Int16Array(this.xy.length * 2);
      wider.set(this.xy);
      this.xy = wider;
    }
    this.xy[this.length++] = x;
    this.xy[this.length++] = y;
  }

  /** Writes the box of all points from `first` on. */
  box(first, boxes, at) {
    let [west, north, east, south] = [32767, 32767, -32768, -32768];
    for (let i = first; i < this.length; i += 2) {
      const x = this.xy[i];
      const y = this.xy[i + 1];
      if (x < west) west = x;
      if (x > east) east = x;
      if (y < north) north = y;
      if (y > south) south = y;
    }
    boxes.set([west, north, east, south], at);
  }

  done() {
    return this.xy.slice(0, this.length);
  }
}

/** The box [west, north, east, south] around the features with these ids (a Set), in tile units; null if none is here. */
export function boxAround({ ids, boxes, size }, wanted) {
  let [west, north, east, south] = [32767, 32767, -32768, -32768];
  for (let f = 0; f < size; f += 1) {
    if (!wanted.has(ids[f])) continue;
    const b = 4 * f;
    west = Math.min(west, boxes[b]);
    north = Math.min(north, boxes[b + 1]);
    east = Math.max(east, boxes[b + 2]);
    south = Math.max(south, boxes[b + 3]);
  }
  return west > east ? null : [west, north, east, south];
}

/** The id of the polygon that holds the point (tile units); null if none does. Even-odd, so holes are outside. */
export function hit(shapes, x, y) {
  const { boxes, rings, size } = shapes;
  for (let f = 0; f < size; f += 1) {
    const b = f * 4;
    if (x < boxes[b] || x > boxes[b + 2] || y < boxes[b + 1] || y > boxes[b + 3]) continue;
    let inside = false;
    for (let r = rings[f]; r < rings[f + 1]; r += 1) if (crossesOddly(shapes, r, x, y)) inside = !inside;
    if (inside) return shapes.ids[f];
  }
  return null;
}

function crossesOddly({ vertices, xy }, ring, x, y) {
  let odd = false;
  const end = vertices[ring + 1];
  for (let i = vertices[ring], j = end - 1; i < end; j = i, i += 1) {
    const yi = xy[2 * i + 1];
    const yj = xy[2 * j + 1];
    if (yi > y === yj > y) continue;
    if (x < ((xy[2 * j] - xy[2 * i]) * (y - yi)) / (yj - yi) + xy[2 * i]) odd = !odd;
  }
  return odd;
}
