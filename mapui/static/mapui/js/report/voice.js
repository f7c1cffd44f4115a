// voice.js - records a voice note, lets it be heard and deleted before it is sent. Knows no server; without it the input just works.

import { find } from "../core/dom.js";
import { gettext, interpolate, ngettext } from "../core/i18n.js";

const TYPES = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"];
const ENDINGS = { "audio/webm": "webm", "audio/mp4": "m4a", "audio/ogg": "ogg" };
const SHORTEST_S = 1;
const GRACE_S = 2;
const BITS_PER_SECOND = 32_000;

/** The type without its parameters: “audio/webm;codecs=opus” → “audio/webm”. */
export const bare = (type) => type.split(";")[0].trim().toLowerCase();

/** The first type that the recorder writes; "" if it is to choose by itself. */
export const typeToRecord = (isSupported) => TYPES.find(isSupported) ?? "";

/** Seconds as a clock: 65 → “1:05”. */
export const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

const canRecord = () => Boolean(globalThis.navigator?.mediaDevices?.getUserMedia && globalThis.MediaRecorder);

/** One recording: `stop()` ends it, `done` resolves with {blob, type, seconds} when its last bytes are there. */
async function record(mostSeconds) {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1, noiseSuppression: true, autoGainControl: true } });
  const type = typeToRecord((each) => MediaRecorder.isTypeSupported(each));
  const recorder = new MediaRecorder(stream, { ...(type ? { mimeType: type } : {}), audioBitsPerSecond: BITS_PER_SECOND });
  const pieces = [];
  const began = performance.now();
  const seconds = () => (performance.now() - began) / 1000;
  const stop = () => recorder.state !== "inactive" && recorder.stop();
  const limit = setTimeout(stop, mostSeconds * 1000);
  const done = new Promise((resolve) => {
    recorder.addEventListener("dataavailable", ({ data }) => data.size && pieces.push(data));
    // Also when a call comes in or the microphone is pulled out: what was said until then is kept.
    recorder.addEventListener("stop", () => {
      clearTimeout(limit);
      for (const track of stream.getTracks()) track.stop();
      const made = bare(recorder.mimeType || type || "audio/webm");
      resolve({ blob: new Blob(pieces, { type: made }), type: made, seconds: Math.min(seconds(), mostSeconds) });
    });
  });
  recorder.start(1000);
  return { stop, done, seconds };
}

/** How long a chosen file is, in seconds; 0 if this browser cannot say. */
function lengthOf(file) {
  const url = URL.createObjectURL(file);
  return new Promise((resolve) => {
    const sound = new Audio();
    const answer = (seconds) => {
      URL.revokeObjectURL(url);
      resolve(Number.isFinite(seconds) ? seconds : 0);
    };
    sound.addEventListener("loadedmetadata", () => answer(sound.duration));
    sound.addEventListener("error", () => answer(0));
    sound.preload = "metadata";
    sound.src = url;
  });
}

/** A voice note on the fragment `_report_voice.html`; see `recordVoice`. */
class Recorder {
  #note = null;
  #running = null;
  #recording = null; // resolves when the one that runs is over and taken
  #working = Promise.resolve();
  #attempt = 0; // of recording: one that nobody waits for any more is given up

  constructor(root, { onchange = () => {} } = {}) {
    this.most = Number(root.dataset.mostSeconds) || 60;
    this.onchange = onchange;
    const names = ["tools", "record", "running", "time", "stop", "made", "player", "delete", "file", "status"];
    this.at = Object.fromEntries(names.map((name) => [name, find(`[data-voice-${name}]`, root)]));
    this.at.input = find("input[type=file]", root);
    this.at.tools.hidden = !canRecord();
    this.at.file.hidden = this.at.input.hidden = canRecord();
    this.#listen();
    this.#show();
  }

  /** Ends a running recording and resolves when it is there; whether the microphone may be used is not waited for. */
  async ready() {
    const underway = this.#running ? this.#recording : null;
    if (!this.#running) this.#attempt += 1;
    this.#running?.stop();
    await Promise.all([this.#working, underway]);
  }

  note() {
    return this.#note;
  }

  /** A note that was kept from an earlier time. */
  restore(kept) {
    this.#put(kept);
    this.#say(kept.seconds ? told(kept.seconds) : "");
  }

  clear() {
    this.#attempt += 1;
    this.#running?.stop();
    this.#put(null);
    this.#say("");
  }

  #listen() {
    const { record: begin, stop, delete: remove, input } = this.at;
    begin.addEventListener("click", () => {
      if (!this.#running) this.#recording = this.#begin();
    });
    stop.addEventListener("click", () => this.#running?.stop());
    remove.addEventListener("click", () => {
      this.#put(null);
      this.#say(gettext("The voice note was deleted."));
      begin.focus();
      this.onchange(null);
    });
    input.addEventListener("change", () => {
      const [file] = input.files;
      if (file) this.#working = this.#working.then(() => this.#choose(file));
      else if (this.#note) this.#put(null);
    });
    globalThis.addEventListener("pagehide", () => this.#running?.stop());
  }

  #say(sentence) {
    this.at.status.textContent = sentence;
  }

  #show() {
    this.at.record.hidden = Boolean(this.#running || this.#note);
    this.at.running.hidden = !this.#running;
    this.at.made.hidden = !this.#note;
  }

  /** The note that is sent, heard and shown from now on; null: none. */
  #put(note) {
    const { player, input } = this.at;
    if (player.src) URL.revokeObjectURL(player.src);
    this.#note = note;
    const transfer = new DataTransfer();
    if (note) {
      transfer.items.add(new File([note.blob], `voice.${ENDINGS[note.type] ?? "audio"}`, { type: note.type }));
      player.src = URL.createObjectURL(note.blob);
    } else {
      player.removeAttribute("src");
      player.load();
    }
    input.files = transfer.files;
    this.#show();
  }

  async #begin() {
    this.#attempt += 1;
    const mine = this.#attempt;
    const begun = await record(this.most).catch((error) => this.#offerFile(error));
    if (!begun) return;
    if (mine !== this.#attempt) {
      begun.stop(); // the answer to “may I use the microphone?” came too late
      return;
    }
    this.#running = begun;
    this.#say(interpolate(gettext("Recording. It ends by itself after %(most)s seconds."), { most: this.most }));
    const ticking = this.#tick(begun);
    this.#show();
    this.at.stop.focus();
    const made = await begun.done;
    clearInterval(ticking);
    this.#end(made, mine !== this.#attempt);
  }

  #tick(begun) {
    const tick = () => {
      this.at.time.textContent = `${clock(begun.seconds())} / ${clock(this.most)}`;
    };
    tick();
    return setInterval(tick, 250);
  }

  #end(made, isGivenUp) {
    const hadFocus = this.at.running.contains(document.activeElement);
    this.#running = null;
    if (isGivenUp) this.#show();
    else this.#take(made);
    if (hadFocus) (this.#note ? this.at.player : this.at.record).focus();
  }

  #take(made) {
    if (made.seconds < SHORTEST_S || !made.blob.size) {
      this.#say(gettext("That was too short. Please record it again."));
      this.#put(null);
      return;
    }
    this.#put(made);
    this.#say(told(made.seconds));
    this.onchange(made);
  }

  async #choose(file) {
    const seconds = await lengthOf(file);
    if (seconds > this.most + GRACE_S) {
      this.#put(null);
      this.#say(interpolate(gettext("That is too long: a voice note can have %(most)s seconds."), { most: this.most }));
      return;
    }
    this.#put({ blob: file, type: bare(file.type || "audio/mpeg"), seconds });
    this.#say(seconds ? told(seconds) : gettext("Voice note chosen."));
    this.onchange(this.#note);
  }

  /** There is no recording here, but there may be one on the phone. */
  #offerFile({ name }) {
    this.at.tools.hidden = true;
    this.at.file.hidden = this.at.input.hidden = false;
    const isDenied = name === "NotAllowedError" || name === "SecurityError";
    this.#say(
      isDenied
        ? gettext("This phone does not allow the microphone here. You can choose a recording instead.")
        : gettext("No microphone was found. You can choose a recording instead."),
    );
    return null;
  }
}

function told(length) {
  const seconds = Math.round(length);
  const words = ngettext("Voice note: %(seconds)s second. Listen to it before you send it.", "Voice note: %(seconds)s seconds. Listen to it before you send it.", seconds);
  return interpolate(words, { seconds });
}

/**
 * A voice note of at most 60 seconds: recorded, or chosen as a file where the browser does not record.
 *
 * `root` is the fragment; `onchange(note)` hears of every change by a person, null: deleted. A note is {blob, type, seconds}.
 * Returns {ready(), note(), restore(note), clear()}.
 */
export const recordVoice = (root, options) => new Recorder(root, options);
