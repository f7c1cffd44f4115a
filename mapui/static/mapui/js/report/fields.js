// fields.js - the form as the body of a report, and back. Knows the names of the inputs and of the wire; no store, no server.

import { find, findAll } from "../core/dom.js";
import { gettext } from "../core/i18n.js";

export const FORM_VERSION = 1;
const TEXTS = ["text", "place_text", "group", "category", "visit", "request_type", "card"];
const CONTACT = ["nickname", "phone", "email", "answer_by"];

/** The body of `POST /api/reports` without its files; `fix`: the last position, as gps.js or the map gave it, or null. */
export function bodyOf(form, fix = null, language = document.documentElement.lang) {
  const data = new FormData(form);
  const text = (name) => String(data.get(name) ?? "").trim();
  const body = Object.fromEntries(TEXTS.map((name) => [name, text(name)]));
  return {
    ...body,
    danger: { yes: true, no: false }[text("danger")] ?? null,
    place: placeOf(data, fix),
    area: data.getAll("area").filter(Boolean).at(-1) ?? "",
    contact: Object.fromEntries(CONTACT.map((name) => [name, text(name)])),
    join: text("join") === "new" ? "" : text("join"), // “new”: it is none of those that were shown
    done: data.get("solved") ? text("done") : "",
    for_somebody: "staff" in form.dataset,
    occurred_at: withZone(text("occurred_at")),
    language: language.startsWith("zh") ? "zh-hans" : "en",
    form_version: FORM_VERSION,
    shown: data.getAll("shown"),
  };
}

function placeOf(data, fix) {
  const [lon, lat] = [data.get("lon"), data.get("lat")];
  if (!lon || !lat) return null;
  const isFix = fix && fix.lon.toFixed(6) === lon && fix.lat.toFixed(6) === lat;
  const { altitude = null, at = null, source = "pin" } = isFix ? fix : {};
  const crs = data.get("crs") || "wgs84";
  return { lon: Number(lon), lat: Number(lat), crs, accuracy_m: Number(data.get("accuracy")) || null, altitude_m: altitude, fixed_at: at, source };
}

/** What `datetime-local` says is the time on this phone's wall; the wire wants to know which wall. */
const withZone = (local) => (local && !Number.isNaN(Date.parse(local)) ? new Date(local).toISOString() : null);

/** The same moment as `datetime-local` writes it. */
function onTheWall(moment) {
  const date = new Date(moment);
  return new Date(date - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** Fills the form with what a draft says, except for the place. */
export function fill(form, body) {
  const put = (name, value) => {
    const input = find(`[name=${name}]`, form);
    // What the person typed while the page was opening is newer; a list has an answer from the start.
    if (input && value && (!input.value || input.matches("select"))) input.value = value;
  };
  for (const name of ["text", "place_text", "visit", "request_type", "done"]) put(name, body[name]);
  for (const name of ["nickname", "phone", "email"]) put(name, body.contact?.[name]);
  put("occurred_at", body.occurred_at && onTheWall(body.occurred_at));
  check(form, "danger", { true: "yes", false: "no" }[body.danger]);
  for (const name of ["group", "category"]) check(form, name, body[name]);
  check(form, "answer_by", body.contact?.answer_by);
  if (body.done) check(form, "solved", "on");
  for (const code of body.shown ?? []) addShown(form, code);
  for (const section of findAll("details.question", form)) section.open ||= isAnswered(section);
}

function check(form, name, value) {
  const input = value && findAll(`[name=${name}]`, form).find((each) => each.value === value);
  if (input) input.checked = true;
}

/** Whether anything in the section was answered by the person: typed, or chosen other than the first. */
const isAnswered = (section) =>
  findAll("input, textarea", section).some((input) => (["radio", "checkbox"].includes(input.type) ? input.checked && !input.defaultChecked : input.value));

/** That the person has seen this other door. */
export function addShown(form, code) {
  if (findAll("[name=shown]", form).some((input) => input.value === code)) return;
  form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "shown", value: code }));
}

/** As it is sent: whose only words were spoken says so, until somebody has listened and written them down. */
export function worded(body, files) {
  const isSpoken = !body.text && files.some(({ type }) => type.startsWith("audio/"));
  return isSpoken ? { ...body, text: gettext("Voice note, not written down yet.") } : body;
}

/** Whether a draft says anything that would be missed. */
export const isWorthKeeping = (body, files) => Boolean(body.text || body.place_text || files?.length);

/** The words that a record is recognised by in a list. */
export const titleOf = (body) => [...body.text.replace(/\s+/g, " ")].slice(0, 40).join("");
