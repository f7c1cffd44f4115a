// speak.js - reads the page aloud with the browser's own voice, in the page's language. Knows no page, sends nothing anywhere.

import { find, findAll } from "./dom.js";
import { gettext } from "./i18n.js";

const LONGEST = 160; // characters; some voices fall silent in the middle of longer ones
const BLOCKS = "h1, h2, h3, p, li, dt, dd, label, legend, summary, button, th, td, option, div, section";
const UNREAD = "script, style, svg, select, textarea, input, .visually-hidden, .no-speech, [aria-hidden=true]";

/** Sentences of a text, none longer than a voice can hold; cut at commas or spaces where a sentence is too long. */
export function sentencesOf(text) {
  const plain = text.replace(/\s+/gu, " ").trim();
  const whole = plain.match(/[^。！？；.!?;]+(?:[。！？；!?;]+|\.(?!\S)|\.(?=\S)|$)/gu) ?? [];
  return joined(whole).flatMap((sentence) => pieces(sentence.trim())).filter(Boolean);
}

// A dot within a number or an address ends no sentence.
function joined(parts) {
  const found = [];
  for (const part of parts) {
    if (found.length && /\.$/u.test(found.at(-1)) && /^\S/u.test(part)) found[found.length - 1] += part;
    else found.push(part);
  }
  return found;
}

function pieces(sentence) {
  if (sentence.length <= LONGEST) return [sentence];
  const head = sentence.slice(0, LONGEST);
  const cut = Math.max(...["，", "、", ",", "：", " "].map((sign) => head.lastIndexOf(sign)));
  const end = cut > 0 ? cut + 1 : LONGEST;
  return [sentence.slice(0, end).trim(), ...pieces(sentence.slice(end).trim())];
}

/** What is to be read: [{element, text}], block by block, only what can be seen. A code is read sign by sign. */
export function passagesOf(root) {
  const found = [];
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const { parentElement: parent, textContent } = walker.currentNode;
    if (!textContent.trim() || parent.closest(UNREAD) || !parent.checkVisibility()) continue;
    const element = parent.closest("[data-spell]") ?? parent.closest(BLOCKS) ?? root;
    const text = element.matches("[data-spell]") ? [...textContent.replace(/[^\p{L}\p{N}]/gu, "")].join(" ") : textContent;
    if (found.at(-1)?.element === element) found.at(-1).text += ` ${text}`;
    else found.push({ element, text });
  }
  return found;
}

/** Reads one passage after the other; `onpassage(element | null)` says which one, null at the end. */
export class Reader {
  constructor({ speech = globalThis.speechSynthesis, language = document.documentElement.lang, onpassage = () => {} } = {}) {
    Object.assign(this, { speech, language, onpassage, queue: [], isReading: false });
  }

  start(passages) {
    this.stop();
    this.queue = passages.flatMap(({ element, text }) => sentencesOf(text).map((sentence) => ({ element, sentence })));
    this.isReading = this.queue.length > 0;
    this.next();
  }

  next() {
    if (!this.isReading) return;
    const passage = this.queue.shift();
    if (!passage) {
      this.stop();
      return;
    }
    this.onpassage(passage.element);
    const said = new SpeechSynthesisUtterance(passage.sentence);
    said.lang = this.language;
    said.voice = this.voice();
    said.onend = () => this.current === said && this.next();
    said.onerror = () => this.current === said && this.stop();
    this.current = said;
    this.speech.speak(said);
  }

  /** A voice of the language if there is one; else the browser chooses. */
  voice() {
    const [tongue] = this.language.split("-");
    const voices = this.speech.getVoices().filter(({ lang }) => lang.replace("_", "-").split("-")[0] === tongue);
    return voices.find(({ lang }) => lang.replace("_", "-") === this.language) ?? voices[0] ?? null;
  }

  stop() {
    this.current = null;
    this.queue = [];
    this.isReading = false;
    this.speech.cancel();
    this.onpassage(null);
  }
}

function mark(element) {
  for (const marked of findAll(".is-read")) marked.classList.remove("is-read");
  element?.classList.add("is-read");
  element?.scrollIntoView({ block: "nearest" });
}

/** The button of the header, where the browser has a voice; elsewhere it stays hidden. */
export function offerReading(button = find("[data-read-aloud]")) {
  if (!button || !("speechSynthesis" in globalThis) || !("SpeechSynthesisUtterance" in globalThis)) return;
  const words = button.textContent;
  const reader = new Reader({
    onpassage: (element) => {
      mark(element);
      button.setAttribute("aria-pressed", String(element !== null));
      button.textContent = element === null ? words : gettext("Stop reading");
    },
  });
  button.hidden = false;
  button.addEventListener("click", () => (reader.isReading ? reader.stop() : reader.start(passagesOf(find("#main")))));
  document.addEventListener("keydown", (event) => event.key === "Escape" && reader.isReading && reader.stop());
  globalThis.addEventListener("pagehide", () => reader.stop());
}
