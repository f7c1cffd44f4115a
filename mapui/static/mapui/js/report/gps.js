// gps.js - asks the phone where it is, keeps the best answer. Knows no form, no map, no server.

const GOOD_ENOUGH_M = 15;
const LONGEST_MS = 20_000;

/**
 * The best position within 20 s: {lon, lat, accuracy} in WGS-84; `onFix` is told of each better one on the way.
 * Rejects with {code}: 1 not allowed, 2 not known, 3 took too long.
 */
export function bestPosition({ onFix = () => {}, geolocation = navigator.geolocation, longest = LONGEST_MS } = {}) {
  return new Promise((resolve, reject) => {
    if (!geolocation) {
      reject({ code: 2 });
      return;
    }
    let best = null;
    let watch = null;
    const timer = setTimeout(() => end({ code: 3 }), longest);

    function end(error) {
      clearTimeout(timer);
      if (watch !== null) geolocation.clearWatch(watch);
      if (best) resolve(best);
      else reject(error);
    }

    watch = geolocation.watchPosition(
      ({ coords }) => {
        if (best && coords.accuracy >= best.accuracy) return;
        best = { lon: coords.longitude, lat: coords.latitude, accuracy: coords.accuracy };
        onFix(best);
        if (best.accuracy <= GOOD_ENOUGH_M) end(null);
      },
      (error) => {
        // Without any position a refusal is final; a passing failure is not while there is time left.
        if (error.code === 1) end(error);
      },
      { enableHighAccuracy: true, maximumAge: 10_000, timeout: longest },
    );
  });
}
