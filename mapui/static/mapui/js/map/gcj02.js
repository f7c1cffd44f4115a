// gcj02.js - the published shift between WGS-84 and the datum of Chinese street maps; for base pictures only. Pure.

const A = 6378245;
const E2 = 0.00669342162296594323;
const RAD = Math.PI / 180;

function wave(x, y) {
  const sx = Math.sqrt(Math.abs(x));
  const common = (20 * Math.sin(6 * x * Math.PI) + 20 * Math.sin(2 * x * Math.PI)) * (2 / 3);
  const east =
    300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sx + common +
    ((20 * Math.sin(x * Math.PI) + 40 * Math.sin((x / 3) * Math.PI)) * 2) / 3 +
    ((150 * Math.sin((x / 12) * Math.PI) + 300 * Math.sin((x / 30) * Math.PI)) * 2) / 3;
  const north =
    -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sx + common +
    ((20 * Math.sin(y * Math.PI) + 40 * Math.sin((y / 3) * Math.PI)) * 2) / 3 +
    ((160 * Math.sin((y / 12) * Math.PI) + 320 * Math.sin((y / 30) * Math.PI)) * 2) / 3;
  return [east, north];
}

const isInChina = (lon, lat) => lon > 72.004 && lon < 137.8347 && lat > 0.8293 && lat < 55.8271;

/** [lon, lat] in GCJ-02 of a place in WGS-84; unchanged outside China. */
export function fromWgs84([lon, lat]) {
  if (!isInChina(lon, lat)) return [lon, lat];
  const [east, north] = wave(lon - 105, lat - 35);
  const sin = Math.sin(lat * RAD);
  const magic = 1 - E2 * sin * sin;
  const root = Math.sqrt(magic);
  const dLat = (north * 180) / (((A * (1 - E2)) / (magic * root)) * Math.PI);
  const dLon = (east * 180) / ((A / root) * Math.cos(lat * RAD) * Math.PI);
  return [lon + dLon, lat + dLat];
}
