// report.js - the entry of the report page: what a browser can add to a form that works without it.

import "./every.js";
import "../phone/holding.js"; // with the page, not on demand: a line that is cut right afterwards must not take it away
import { find } from "../core/dom.js";
import { installShell } from "../phone/shell.js";
import { askWhenAlike } from "../report/alike.js";
import { chooseMedia } from "../report/media.js";
import { choosePlace } from "../report/place.js";
import { fetchForOffline } from "../report/places.js";
import { startPlain } from "../report/plain.js";
import { fitShell } from "../report/shell-form.js";
import { chooseSpot } from "../report/spot.js";
import { startWriting } from "../report/writing.js";

const form = find("#report-form");
let writing = null;
let isReady = false;
let pressed = null; // “Send”, before the page was ready to keep what it sends

form.addEventListener("submit", (event) => {
  if (isReady || event.submitter?.name === "step") return;
  event.preventDefault();
  pressed = event.submitter;
});

choosePlace();
askWhenAlike();
await fitShell(form);
const media = chooseMedia(form, () => writing?.keepFiles());
if (!form.elements.held) writing = await startWriting(form, media); // what the server holds goes with the form alone
if (!writing) startPlain(form, media);
chooseSpot(form);
isReady = true;
if (pressed) form.requestSubmit(pressed);
find(".trouble")?.focus();
installShell();
const prepare = () => fetchForOffline(form.dataset.map, form.dataset.home);
if (document.readyState === "complete") prepare();
else globalThis.addEventListener("load", prepare, { once: true });
