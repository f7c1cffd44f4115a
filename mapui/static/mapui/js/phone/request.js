// request.js - one request to our server, whatever comes of it: an answer, never an exception. Knows no record.

/** Milliseconds after which a line is given up: the words, and a file of some hundred kilobytes on a slow line. */
export const PATIENCE = { words: 30_000, file: 180_000 };

/** {status (0: no answer), body (JSON or null), retryAfter (header or null)}. Redirects are no answer of ours. */
export async function request(method, url, { headers = {}, body, patience = PATIENCE.words } = {}) {
  const giveUp = new AbortController();
  const timer = setTimeout(() => giveUp.abort(), patience);
  try {
    const response = await fetch(url, {
      method,
      body,
      headers: { Accept: "application/json", ...headers },
      credentials: "same-origin",
      cache: "no-store",
      redirect: "manual",
      signal: giveUp.signal,
    });
    const text = await response.text();
    return { status: response.status, body: parsed(text), retryAfter: response.headers.get("Retry-After") };
  } catch {
    return { status: 0, body: null, retryAfter: null };
  } finally {
    clearTimeout(timer);
  }
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
