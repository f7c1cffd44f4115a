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

/** The parts of the fragment `_report_voice.html`. */
function partsOf(root) {
  const part = (name) => find(`[data-voice-${name}]`, root);
  const names = ["tools", "record", "running", "time", "stop", "made", "player", "delete", "file", "status"];
  return { ...Object.fromEntries(names.map((name) => [name, part(name)])), input: find("input[type=file]", root) };
}

/**
 * A voice note of at most 60 seconds: recorded, or chosen as a file where the browser does not record.
 *
 * `root` is the fragment; `onchange(note)` hears of every change by a person, null: deleted. A note is {blob, type, seconds}.
 * Returns {ready(): ends a running recording and resolves when it is there, note(), restore(note), clear()}.
 */
export function recordVoice(root, { onchange = () => {} } = {}) {
  const at = partsOf(root);
  const most = Number(root.dataset.mostSeconds) || 60;
  let note = null;
  let running = null;
  let working = Promise.resolve();
  let recording = null;
  let left = false;
  let ticking = 0;

  const say = (sentence) => {
    at.status.textContent = sentence;
  };
  const show = () => {
    at.record.hidden = Boolean(running || note);
    at.running.hidden = !running;
    at.made.hidden = !note;
  };

  function put(next) {
    if (at.player.src) URL.revokeObjectURL(at.player.src);
    note = next;
    const transfer = new DataTransfer();
    if (note) {
      transfer.items.add(new File([note.blob], `voice.${ENDINGS[note.type] ?? "audio"}`, { type: note.type }));
      at.player.src = URL.createObjectURL(note.blob);
    } else {
      at.player.removeAttribute("src");
      at.player.load();
    }
    at.input.files = transfer.files;
    show();
  }

  const told = (seconds) =>
    interpolate(ngettext("Voice note: %(seconds)s second. Listen to it before you send it.", "Voice note: %(seconds)s seconds. Listen to it before you send it.", seconds), { seconds });

  function take(made) {
    if (made.seconds < SHORTEST_S || !made.blob.size) {
      say(gettext("That was too short. Please record it again."));
      put(null);
      return;
    }
    put(made);
    say(told(Math.round(made.seconds)));
    onchange(note);
  }

  function offerFile(sentence) {
    at.tools.hidden = true;
    at.file.hidden = at.input.hidden = false;
    say(sentence);
  }

  async function begin() {
    let begun = null;
    try {
      begun = await record(most);
    } catch (error) {
      const denied = error.name === "NotAllowedError" || error.name === "SecurityError";
      offerFile(denied ? gettext("This phone does not allow the microphone here. You can choose a recording instead.") : gettext("No microphone was found. You can choose a recording instead."));
      return;
    }
    if (left) {
      begun.stop(); // the answer to “may I use the microphone?” came too late
      return;
    }
    running = begun;
    say(interpolate(gettext("Recording. It ends by itself after %(most)s seconds."), { most }));
    const tick = () => {
      at.time.textContent = `${clock(running?.seconds() ?? 0)} / ${clock(most)}`;
    };
    tick();
    ticking = setInterval(tick, 250);
    show();
    at.stop.focus();
    const made = await running.done;
    clearInterval(ticking);
    const hadFocus = at.running.contains(document.activeElement);
    running = null;
    take(made);
    if (hadFocus) (note ? at.player : at.record).focus();
  }

  async function choose(file) {
    const seconds = await lengthOf(file);
    if (seconds > most + GRACE_S) {
      put(null);
      say(interpolate(gettext("That is too long: a voice note can have %(most)s seconds."), { most }));
      return;
    }
    put({ blob: file, type: bare(file.type || "audio/mpeg"), seconds });
    say(seconds ? told(Math.round(seconds)) : gettext("Voice note chosen."));
    onchange(note);
  }

  const after = (next) => {
    working = working.then(next);
  };

  at.record.addEventListener("click", () => {
    if (!running) recording = begin();
  });
  at.stop.addEventListener("click", () => running?.stop());
  at.delete.addEventListener("click", () => {
    put(null);
    say(gettext("The voice note was deleted."));
    at.record.focus();
    onchange(null);
  });
  at.input.addEventListener("change", () => {
    const [file] = at.input.files;
    if (file) after(() => choose(file));
    else if (note) put(null);
  });
  globalThis.addEventListener?.("pagehide", () => running?.stop());

  if (canRecord()) {
    at.tools.hidden = false;
    at.file.hidden = at.input.hidden = true;
  }
  show();
  return {
    async ready() {
      left = true;
      const underway = running ? recording : null; // whether the microphone may be used is not waited for
      running?.stop();
      await Promise.all([working, underway]);
      left = false;
    },
    note: () => note,
    restore(kept) {
      put(kept);
      say(kept.seconds ? told(Math.round(kept.seconds)) : "");
    },
    clear() {
      running?.stop();
      put(null);
      say("");
    },
  };
}
