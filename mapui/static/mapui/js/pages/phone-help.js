// phone-help.js - the entry of the help for phones: puts the worker in place, so that the page itself opens without signal.

import "./every.js";
import { installShell } from "../phone/shell.js";

installShell();
