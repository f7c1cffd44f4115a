// gps.js - asks the phone where it is, keeps the best answer. Knows no form, no map, no server.

const GOOD_ENOUGH_M = 15;
const LONGEST_MS = 20_000;
const SETTLED_MS = 5_000; // so long without a better answer: there will be none

/**
 * The best position within 20 s, or when none better has come for 5 s: {lon, lat, accuracy, altitude (m or null), at (ISO)}
 * in WGS-84; `onFix` is told of each better one on the way.
 * Rejects with {code}: 1 not allowed, 2 not known, 3 took too long.
 */
export function bestPosition({ onFix = () => {}, geolocation = navigator.geolocation, longest = LONGEST_MS, settled = SETTLED_MS } = {}) {
  return new Promise((resolve, reject) => {
    if (!geolocation) {
      reject({ code: 2 });
      return;
    }
    let best = null;
    let watch = null;
    let patience = null;
    const timer = setTimeout(() => end({ code: 3 }), longest);

    function end(error) {
      clearTimeout(timer);
      clearTimeout(patience);
      if (watch !== null) geolocation.clearWatch(watch);
      if (best) resolve(best);
      else reject(error);
    }

    watch = geolocation.watchPosition(
      ({ coords, timestamp }) => {
        if (best && coords.accuracy >= best.accuracy) return;
        const { longitude: lon, latitude: lat, accuracy, altitude = null } = coords;
        best = { lon, lat, accuracy, altitude, at: new Date(timestamp ?? Date.now()).toISOString() };
        onFix(best);
        clearTimeout(patience);
        patience = setTimeout(end, settled);
        if (best.accuracy <= GOOD_ENOUGH_M) end();
      },
      (error) => {
        // Without any position a refusal is final; a passing failure is not while there is time left.
        if (error.code === 1) end(error);
      },
      { enableHighAccuracy: true, maximumAge: 10_000, timeout: longest },
    );
  });
}
