// when.js - moments in the reader's words. Pure.

import { gettext, interpolate, language } from "../core/i18n.js";

const time = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hour12: false });
const dayAndTime = new Intl.DateTimeFormat(language, { month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit", hour12: false });

const isSameDay = (one, other) => one.toDateString() === other.toDateString();

/** “09:12” today, “3/31 09:12” on another day. `at`: ms or ISO. */
export function moment(at, now = Date.now()) {
  const date = new Date(at);
  return (isSameDay(date, new Date(now)) ? time : dayAndTime).format(date);
}

/** “due 3/31 17:00”; empty where nothing is due. */
export const dueInWords = (at, now) => (at ? interpolate(gettext("due %(time)s"), { time: moment(at, now) }) : "");
