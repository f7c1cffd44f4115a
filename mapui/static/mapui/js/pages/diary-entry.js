// diary-entry.js - the page of an entry that has arrived: its draft on this device is not needed any more.

import "./every.js";
import { find } from "../core/dom.js";
import { forgetEntry } from "../diary/draft.js";
import { ownerOfPage } from "../phone/presence.js";

forgetEntry(ownerOfPage(), find("[data-entry]").dataset.entry);
