// basemap.js - the optional pictures below the areas: any XYZ address, shifted tile by tile if they are of GCJ-02.

import { fromWgs84 } from "./gcj02.js";
import { canvasTiles, pictures } from "./leaflet.js";

const TILE = 256;

/** Adds the base layer of the site's settings to the map, if there is one. `url` holds {z}, {x}, {y}. */
export function addBasemap(map, { url, datum, attribution }) {
  if (!url) return null;
  if (datum !== "gcj02") return pictures(url, { attribution }).addTo(map);
  if (attribution) map.attributionControl.addAttribution(attribution);
  return shifted(url).addTo(map);
}

/** By how many pixels the picture of this tile lies off, at the tile's middle: below one pixel of error over a tile. Pure. */
export function shiftOf({ x, y, z }) {
  const size = 2 ** z;
  const lon = ((x + 0.5) / size) * 360 - 180;
  const lat = (Math.atan(Math.sinh(Math.PI * (1 - (2 * (y + 0.5)) / size))) * 180) / Math.PI;
  const [lon2, lat2] = fromWgs84([lon, lat]);
  const toX = (degrees) => ((degrees + 180) / 360) * size * TILE;
  const toY = (degrees) => {
    const sin = Math.sin((degrees * Math.PI) / 180);
    return (0.5 - Math.log((1 + sin) / (1 - sin)) / (4 * Math.PI)) * size * TILE;
  };
  return [Math.round(toX(lon2) - toX(lon)), Math.round(toY(lat2) - toY(lat))];
}

/** The up to four pictures that cover the shifted tile: {x, y, left, top} of each. Pure. */
export function sourcesOf(coords) {
  const [dx, dy] = shiftOf(coords);
  const found = [];
  const [firstX, firstY] = [Math.floor(dx / TILE), Math.floor(dy / TILE)];
  for (let i = firstX; i * TILE < dx + TILE; i += 1) {
    for (let j = firstY; j * TILE < dy + TILE; j += 1) {
      found.push({ x: coords.x + i, y: coords.y + j, left: i * TILE - dx, top: j * TILE - dy });
    }
  }
  return found;
}

function shifted(url) {
  return canvasTiles({
    pane: "base",
    className: "map__picture",
    draw(canvas, coords, done) {
      const context = canvas.getContext("2d");
      const ratio = canvas.width / TILE;
      const drawn = sourcesOf(coords).map(async ({ x, y, left, top }) => {
        const picture = new Image();
        picture.src = url.replace("{z}", coords.z).replace("{x}", x).replace("{y}", y);
        await picture.decode();
        context.drawImage(picture, left * ratio, top * ratio, TILE * ratio, TILE * ratio);
      });
      // A missing picture leaves a blank, not a broken tile.
      Promise.allSettled(drawn).then(() => done());
    },
  });
}
