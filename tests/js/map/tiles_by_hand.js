// tiles_by_hand.js - writes vector tiles for tests, after the specification 2.1 and not after our reader.

const varint = (n) => {
  const bytes = [];
  let rest = n;
  while (rest >= 128) {
    bytes.push((rest % 128) | 128);
    rest = Math.floor(rest / 128);
  }
  return [...bytes, rest];
};
const zigzag = (n) => (n < 0 ? -2 * n - 1 : 2 * n);
const number = (tag, n) => [...varint(tag * 8), ...varint(n)];
const bytes = (tag, content) => [...varint(tag * 8 + 2), ...varint(content.length), ...content];

/** A closed ring of four corners: [[x, y], …], clockwise on the screen. */
export const square = (x, y, side) => [
  [x, y],
  [x + side, y],
  [x + side, y + side],
  [x, y + side],
];

export function feature(id, rings, { tags = [] } = {}) {
  const commands = [];
  let at = [0, 0];
  for (const ring of rings) {
    ring.forEach((corner, n) => {
      if (n === 0) commands.push(1 | (1 << 3));
      if (n === 1) commands.push(2 | ((ring.length - 1) << 3));
      commands.push(zigzag(corner[0] - at[0]), zigzag(corner[1] - at[1]));
      at = corner;
    });
    commands.push(7 | (1 << 3));
  }
  const tagged = tags.length ? bytes(2, tags.flatMap(varint)) : [];
  return [...number(1, id), ...tagged, ...number(3, 3), ...bytes(4, commands.flatMap(varint))];
}

export function layer(name, features, extent = 4096) {
  return bytes(3, [...number(15, 2), ...bytes(1, [...new TextEncoder().encode(name)]), ...features.flatMap((each) => bytes(2, each)), ...number(5, extent)]);
}

/** The tile as an ArrayBuffer. */
export const tile = (...layers) => Uint8Array.from(layers.flat()).buffer;
