// route.js - which screen the address asks for: #issue/NUMBER, #move/NUMBER/VERB, #receipt/UUID; else the list. Knows no screen.

/** {screen: "list" | "issue" | "move" | "receipt", key, verb}. */
export function routeOf(hash = location.hash) {
  const [screen, key = "", verb = ""] = hash.replace(/^#/, "").split("/").map(decodeURIComponent);
  const isKnown = { issue: key, move: key && verb, receipt: key }[screen];
  return isKnown ? { screen, key, verb } : { screen: "list", key: "", verb: "" };
}

const address = (...parts) => `#${parts.map(encodeURIComponent).join("/")}`;

export const toList = "#list";
export const toIssue = (number) => address("issue", number);
export const toMove = (number, verb) => address("move", number, verb);
export const toReceipt = (uuid) => address("receipt", uuid);
