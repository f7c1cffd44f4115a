// a11y.js - tells those who do not see the screen what has changed. Knows no page.

let timer = null;

/** Has the sentence read out when the reader is idle; a later one replaces it. */
export function announce(sentence) {
  const place = document.getElementById("announcer");
  if (!place) return;
  clearTimeout(timer);
  place.textContent = "";
  timer = setTimeout(() => {
    place.textContent = sentence;
  }, 50);
}

/** Shows or hides the banner that says there is no connection. */
export function showOffline(isOffline) {
  const banner = document.getElementById("offline");
  if (banner) banner.hidden = !isOffline;
}

/** A sentence among the page's messages. `kind`: "", "warning", "error" or "success". */
export function say(sentence, kind = "") {
  const place = document.getElementById("messages");
  if (!place) return;
  const notice = document.createElement("div");
  notice.className = `notice${kind ? ` notice--${kind}` : ""}`;
  const text = document.createElement("p");
  text.textContent = sentence;
  notice.append(text);
  place.replaceChildren(notice);
}
