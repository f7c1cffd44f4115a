// api.js - the only module that fetches. Knows addresses no better than its callers; turns failures into sentences.

import { csrfToken } from "./csrf.js";
import { gettext } from "./i18n.js";

/** `status` 0: the server was not reached. */
export class ApiError extends Error {
  constructor(status, sentence, field = "") {
    super(sentence);
    this.status = status;
    this.field = field;
  }
}

const SENTENCES = {
  0: () => gettext("The server cannot be reached. Check the connection and try again."),
  401: () => gettext("You are no longer logged in."),
  403: () => gettext("You are not allowed to do this."),
  404: () => gettext("This does not exist, or not for you."),
  429: () => gettext("Too many requests. Wait a moment and try again."),
};

async function ask(url, options) {
  let response;
  try {
    response = await fetch(url, { credentials: "same-origin", ...options });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError(0, SENTENCES[0]());
  }
  if (response.ok || response.status === 304) return response;
  const said = await response.json().catch(() => ({}));
  const fallback = SENTENCES[response.status] ?? (() => gettext("The server could not answer. Try again in a moment."));
  throw new ApiError(response.status, said.error || fallback(), said.field);
}

export async function getJSON(url, { signal } = {}) {
  return (await ask(url, { signal, headers: { Accept: "application/json" } })).json();
}

export async function getText(url, { signal } = {}) {
  return (await ask(url, { signal, headers: { Accept: "text/html" } })).text();
}

/** Sends what a form would and gives the fragment that the server draws of it. */
export async function postForm(url, fields, { signal } = {}) {
  return (await ask(url, { signal, method: "POST", headers: { Accept: "text/html", "X-CSRFToken": csrfToken() }, body: fields })).text();
}

export async function getBinary(url, { signal } = {}) {
  return (await ask(url, { signal, headers: { Accept: "application/octet-stream" } })).arrayBuffer();
}

/**
 * What is at `url` if it is not what `etag` names: {etag, headers, buffer}; null if nothing is new (304).
 * The browser's own cache is left out, so a 304 reaches us.
 */
export async function getIfNew(url, { etag = "", signal } = {}) {
  const headers = etag ? { "If-None-Match": etag } : {};
  const response = await ask(url, { signal, headers, cache: "no-store" });
  if (response.status === 304) return null;
  return { etag: response.headers.get("ETag") ?? "", headers: response.headers, buffer: await response.arrayBuffer() };
}

export async function postJSON(url, body, { headers = {}, signal } = {}) {
  const response = await ask(url, {
    signal,
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": csrfToken(), ...headers },
    body: JSON.stringify(body),
  });
  return response.status === 204 ? null : response.json();
}
