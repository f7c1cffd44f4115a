// search.js - entry of the search: rows are walked with the keyboard, an address says only what was chosen. Knows no server.

import "./every.js";
import { walkRows } from "../core/rows.js";
import { keepAddressShort, keepCurrentFilter } from "../core/filters.js";

walkRows({ link: ".hit__title" });
keepAddressShort("search-form");
keepCurrentFilter();
