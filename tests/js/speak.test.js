// What is read aloud, sentence by sentence; the voice is the browser's.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Reader, sentencesOf } from "../../mapui/static/mapui/js/core/speak.js";

test("Chinese text when cut ends at its sentences", () => {
  assert.deepEqual(sentencesOf("路灯坏了。晚上看不见！谁来修？ 请打12345"), ["路灯坏了。", "晚上看不见！", "谁来修？", "请打12345"]);
});

test("dots in numbers and addresses end no sentence", () => {
  assert.deepEqual(sentencesOf("It is 3.5 m deep. See gridgov.example.org now."), ["It is 3.5 m deep.", "See gridgov.example.org now."]);
});

test("long sentence when cut is cut at a comma, and nothing is lost", () => {
  const long = `${"这里的路很长，".repeat(40)}完。`;
  const parts = sentencesOf(long);

  assert.ok(parts.every((part) => part.length <= 160));
  assert.equal(parts.join(""), long);
  assert.ok(parts.slice(0, -1).every((part) => part.endsWith("，")));
});

test("empty text is no sentence", () => {
  assert.deepEqual(sentencesOf(" \n "), []);
});

class Voice {
  constructor() {
    this.said = [];
  }
  getVoices() {
    return [{ lang: "en-US" }, { lang: "zh_HK" }, { lang: "zh-CN" }];
  }
  speak(utterance) {
    this.said.push(utterance);
  }
  cancel() {
    this.cancelled = true;
  }
}

globalThis.SpeechSynthesisUtterance = class {
  constructor(text) {
    this.text = text;
  }
};

function reading(language = "zh-CN") {
  const speech = new Voice();
  const seen = [];
  const reader = new Reader({ speech, language, onpassage: (element) => seen.push(element) });
  reader.start([
    { element: "a", text: "一。二。" },
    { element: "b", text: "三" },
  ]);
  return { speech, reader, seen };
}

test("passages are read one after the other in the page's language", () => {
  const { speech, reader, seen } = reading();

  for (let n = 0; n < 3; n += 1) speech.said.at(-1).onend();

  assert.deepEqual(speech.said.map(({ text }) => text), ["一。", "二。", "三"]);
  assert.deepEqual(new Set(speech.said.map(({ lang, voice }) => `${lang} ${voice.lang}`)), new Set(["zh-CN zh-CN"]));
  assert.deepEqual(seen, [null, "a", "a", "b", null]);
  assert.equal(reader.isReading, false);
});

test("stopped reader says nothing more, even if the voice ends late", () => {
  const { speech, reader } = reading();
  const [first] = speech.said;

  reader.stop();
  first.onend();

  assert.equal(speech.said.length, 1);
  assert.equal(speech.cancelled, true);
});

test("voice of the same tongue is taken where there is none of the country, none at all is left to the browser", () => {
  assert.equal(reading("zh-TW").reader.voice().lang, "zh_HK");
  assert.equal(reading("mn").reader.voice(), null);
});

test("failing voice ends the reading", () => {
  const { speech, reader } = reading();

  speech.said.at(-1).onerror();

  assert.equal(reader.isReading, false);
});
