// holding.js - what a page needs to look into what this phone holds, and to send it: in one piece, for most pages load it on demand.

export { forgetPack, keptPack } from "../desk/pack.js";
export { openOutbox } from "./outbox.js";
export { Sender } from "./sender.js";
export { ownerOf, remember, remembered, whoami } from "./session.js";
