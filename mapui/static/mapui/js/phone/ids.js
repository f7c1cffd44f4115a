// ids.js - keys that no other phone makes, and the fingerprint of a file. Knows no report.

/** A UUID (version 4). Browsers have `randomUUID` only over https; the random bytes they always have. */
export function newUuid(source = globalThis.crypto) {
  if (source.randomUUID) return source.randomUUID();
  const bytes = source.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = hexOf(bytes);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/** SHA-256 of an ArrayBuffer, 64 hexadecimal digits. */
export const sha256 = async (buffer) => hexOf(new Uint8Array(await crypto.subtle.digest("SHA-256", buffer)));

/** By which a person tells a record of this phone from others before the server has given it a number: “3F2A-91C0”. */
export const localNumber = (uuid) => `${uuid.slice(0, 4)}-${uuid.slice(4, 8)}`.toUpperCase();

const hexOf = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
