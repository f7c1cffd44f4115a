// answers.js - what an answer of the server means for the record that was sent. A table; knows no network and no store.

export const DONE = "done"; // taken
export const LATER = "later"; // nobody knows, or the server cannot now: keep, try again
export const LOGIN = "login"; // keep, the person has to log in again
export const TOKEN = "token"; // keep, ask for a fresh token and try once more
export const ATTENTION = "attention"; // keep, show what the server says

const OF_STATUS = { 200: DONE, 201: DONE, 400: ATTENTION, 401: LOGIN, 403: LOGIN, 404: ATTENTION, 409: ATTENTION, 410: ATTENTION, 413: ATTENTION, 422: ATTENTION };
const OF_CODE = { csrf: TOKEN, forbidden: ATTENTION, broken_off: LATER };

const WITHOUT_WORDS = { 404: LATER, 410: LATER }; // a page of something on the way

/**
 * `status` 0: no answer. `body`: the JSON of it, or null; `isOurs(body)`: whether a success is one of ours: a captive portal
 * answers 200 to anything.
 */
export function meaning({ status, body }, isOurs) {
  if (status >= 200 && status < 300) return OF_STATUS[status] && isOurs(body) ? DONE : LATER;
  return OF_CODE[body?.error?.code] ?? (body?.error ? null : WITHOUT_WORDS[status]) ?? OF_STATUS[status] ?? LATER;
}

/** Lists of files, each together at most `limit` bytes, in order; a file that is larger by itself goes alone. */
export function batches(files, limit) {
  const lists = [];
  let room = 0;
  for (const file of files) {
    if (!lists.length || file.bytes > room) {
      lists.push([]);
      room = limit;
    }
    lists.at(-1).push(file);
    room -= file.bytes;
  }
  return lists;
}
