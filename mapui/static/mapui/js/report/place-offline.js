// place-offline.js - the lists of places when the server cannot be asked: one list after the other from what is kept on the
// phone. Stands in for the fragment that the server would draw; knows no server.

import { find, findAll, make } from "../core/dom.js";
import { gettext, interpolate } from "../core/i18n.js";
import { keptTree, wayTo } from "./places.js";

const FAR_M = 50; // worse than this, the pin may be in the wrong cell

/** Redraws the part of the form that says where, when the server could not be asked. */
export async function standIn(place) {
  const by = find("[name=by]", place).value;
  const spot = ["lon", "lat"].every((name) => find(`[name=${name}]`, place).value);
  const tree = await keptTree();
  const chosen = findAll("[name=area]", place).map((list) => list.value).filter(Boolean);
  const way = tree ? wayTo(tree.roots, chosen.at(-1)) : [];
  if (tree && by !== "pin") drawLists(place, tree.roots, way);
  sayWhere(place, way, spot, by === "pin");
}

/** The lists along the way and one further; a single root is no choice. */
function drawLists(place, roots, way) {
  const only = roots.length === 1 ? roots[0] : null;
  const steps = only ? way.slice(1) : way;
  let options = only ? (only.parts ?? []) : roots;
  const fields = [];
  for (let depth = 0; options?.length; depth += 1) {
    fields.push(field(options, steps[depth]?.code ?? "", depth, way));
    options = steps[depth]?.parts;
  }
  const lists = find(".place__lists", place);
  const rest = find("[data-step]", lists);
  for (const old of findAll(".field", lists)) old.remove();
  lists.append(...fields, ...(rest ? [rest] : []));
}

function field(options, chosen, depth, way) {
  const id = `area-${depth + 1}`;
  const open = depth ? interpolate(gettext("Not sure, or all of %(area)s"), { area: way.at(-1)?.name ?? "" }) : gettext("Please choose");
  const list = make("select", { name: "area", id, required: depth === 0 }, make("option", { value: "" }, open));
  list.append(...options.map(({ code, name }) => make("option", { value: code, selected: code === chosen }, name)));
  return make("div", { class: "field" }, make("label", { for: id }, options[0].level_name), list);
}

function sayWhere(place, way, hasSpot, isPin) {
  for (const old of findAll(".place__answer, .place__hint, .place > .notice", place)) old.remove();
  const names = way.slice(1).map((node) => node.name).join(" › ");
  const accuracy = Number(find("[name=accuracy]", place).value);
  const lines = [];
  if (names && !isPin) lines.push(answer(names));
  else if (hasSpot) lines.push(answer(gettext("The position is kept. Which place it belongs to is found out when it is sent.")));
  if (hasSpot && accuracy > FAR_M) {
    const words = gettext("Your position is only known to about %(metres)s metres. Please move the pin on the map if it is wrong.");
    lines.push(make("p", { class: "place__hint" }, interpolate(words, { metres: accuracy })));
  }
  find("[data-place-tools]", place).before(...lines);
  if (hasSpot) for (const list of findAll("select[name=area]", place)) list.required = false;
}

const answer = (words) => make("p", { class: "place__answer", role: "status" }, make("span", { class: "place__mark", "aria-hidden": "true" }, "✓"), make("strong", {}, words));
