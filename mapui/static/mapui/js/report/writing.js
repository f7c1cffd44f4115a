// writing.js - the report form on a phone that keeps what is written: draft, autosave, restore, “Send”. Knows no server.

import { find, findAll, make } from "../core/dom.js";
import { gettext } from "../core/i18n.js";
import { here } from "../phone/presence.js";
import { askToPersist } from "../phone/shell.js";
import { openDraft } from "./draft.js";
import { bodyOf, fill, isWorthKeeping, titleOf, worded } from "./fields.js";
import { follow, sayWhy } from "./handing.js";
import { chooseArea, lastFix, setPin } from "./place.js";

/** `media`: {ready(), files() → [{buffer, type, name}], restore(files)}. Gives null where nothing can be kept. */
export async function startWriting(form, media) {
  const phone = await here();
  if (!phone) return null;
  const wanted = location.hash.slice(1);
  const isReturned = "returned" in form.dataset;
  const draft = await openDraft(phone.outbox, phone.owner, { wanted, fresh: isReturned || isTouched(form) });
  if (isReturned) draft.uuid = find("[name=uuid]", form).value || draft.uuid; // it was posted under this key
  const writing = new Writing(form, media, phone, draft);
  await writing.start();
  return writing;
}

const isTouched = (form) => Boolean(find("[name=text]", form).value);

class Writing {
  constructor(form, media, phone, draft) {
    Object.assign(this, { form, media, phone, draft });
    this.button = find("[data-send]", form);
    this.words = this.button.textContent;
    this.sending = false;
    this.isConflict = false;
  }

  async start() {
    if (this.draft.record) await this.restore(this.draft.record);
    const { form } = this;
    for (const type of ["input", "change", "fragment:drawn"]) form.addEventListener(type, () => this.keep());
    form.addEventListener("submit", (event) => this.onSubmit(event));
    this.keep(); // what was typed meanwhile
    form.dataset.keeps = "";
  }

  get parts() {
    return this.partsOf(bodyOf(this.form, lastFix()));
  }

  partsOf(body) {
    return { body, title: titleOf(body) };
  }

  keep() {
    if (this.sending) return;
    const { parts } = this;
    if (isWorthKeeping(parts.body, this.draft.record?.files)) this.draft.keep(parts).then(() => this.sayKept());
  }

  sayKept() {
    find("[data-kept]", this.form).hidden = false;
  }

  /** The pictures changed, or the recording. */
  async keepFiles() {
    if (this.sending) return;
    const files = await this.media.files();
    this.draft.record = { ...this.draft.record, files };
    if (files.length || isWorthKeeping(this.parts.body)) this.draft.keep(this.parts, files).then(() => this.sayKept());
  }

  async restore({ uuid, body }) {
    fill(this.form, body);
    const isCard = findAll("[name=area]", this.form).some((select) => select.value);
    if (!isCard && body.place) setPin({ ...body.place, accuracy: body.place.accuracy_m ?? 0, altitude: body.place.altitude_m, at: body.place.fixed_at }, body.area);
    else if (!isCard && body.area) chooseArea(body.area);
    await this.media.restore(await this.phone.outbox.files(uuid));
    this.tellRestored();
  }

  tellRestored() {
    const discard = async () => {
      this.sending = true; // nothing of it is kept any more, whatever is still drawn before the page is gone
      await this.draft.drop();
      location.replace(location.pathname + location.search);
      if (location.hash) location.reload();
    };
    const notice = make(
      "div",
      { class: "notice", role: "status" },
      make("p", {}, gettext("What you wrote earlier is back.")),
      make("button", { class: "button", type: "button", onclick: discard }, gettext("Start afresh")),
    );
    this.form.before(notice);
  }

  onSubmit(event) {
    if (event.submitter?.name === "step") return;
    event.preventDefault();
    if (!this.sending) this.send();
  }

  async send() {
    this.sending = true;
    this.button.setAttribute("aria-disabled", "true");
    this.button.textContent = this.button.dataset.sending;
    await this.media.ready();
    if (!(await this.mayGo())) return this.comeAlive();
    if (this.isConflict) await this.draft.renew();
    this.isConflict = false;
    const files = await this.media.files();
    await this.draft.finish(this.partsOf(worded(this.parts.body, files)), files);
    askToPersist();
    const { outbox, sender, onState } = this.phone;
    const look = follow({ outbox, onState, uuid: this.draft.uuid, form: this.form, onBack: (error) => this.back(error) });
    await sender.nudge();
    await look();
  }

  /** Others may ask something first (`report:before`, with `wait(promise of true or false)`): false keeps the form. */
  async mayGo() {
    const asked = [];
    this.form.dispatchEvent(new CustomEvent("report:before", { detail: { body: this.parts.body, wait: (answer) => asked.push(answer) } }));
    return (await Promise.all(asked)).every(Boolean);
  }

  /** The server does not take it as it is: the person writes on. */
  async back(error) {
    await this.draft.resume();
    this.isConflict = error?.code === "conflict";
    this.words = sayWhy(error ?? {}, this.form) ?? this.words;
    this.comeAlive();
    this.keep();
  }

  comeAlive() {
    this.sending = false;
    this.button.removeAttribute("aria-disabled");
    this.button.textContent = this.words;
  }
}
