// Costs along one knob, or over two.

import { Asked } from "./asked.js";
import { el } from "./dom.js";
import { Plot } from "./plots.js";
import { load } from "./varying.js";

const MOST = 4; // costs at once

export function mountCurve(studio, varying) {
  let rows = [], begun = false;
  const along = varying.axis("Along which knob", { value: "width", onchange: () => follow() });
  const and = varying.axis("And over which knob", { none: "nothing else", onchange: () => follow() });
  const places = el("span", { class: "costs" }), costs = [];
  const plot = new Plot({ label: "Costs along a knob", pick: (row) => load(studio, rows[row].settings) });
  const show = async (answer, given) => {
    rows = answer.rows;
    await plot.show(answer, JSON.stringify([given.knob, given.x, given.y, given.by, given.cost, given.costs]));
    note.textContent = answer.note;
  };
  const note = el("p", { class: "hint note" });
  const asked = { curve: new Asked(studio, "whatif.curve", { show }), contour: new Asked(studio, "whatif.contour", { show }) };

  // Menus of costs, and one more that adds another, up to four.
  const fill = () => {
    const last = costs[costs.length - 1];
    if (!last || (last.value && costs.length < MOST)) {
      const menu = varying.costMenu(costs.length ? "One more cost" : "Cost", {
        none: costs.length ? "and …" : undefined, value: costs.length ? "" : "macs",
        onchange: () => { if (!menu.value && costs.indexOf(menu) < costs.length - 1) { costs.splice(costs.indexOf(menu), 1); menu.drop(); menu.remove(); } fill(); follow(); } });
      costs.push(menu);
      places.append(menu);
    }
  };
  fill();

  function follow() {
    if (!begun && varying.settings.length) {
      begun = true;
      if (along.menu.value !== "width" && varying.numbers.length) along.menu.value = varying.numbers[0].name;
    }
    fill();
    const over = Boolean(and.menu.value);
    costs.slice(1).forEach((menu) => { menu.hidden = over; });
    if (!along.text) return asked.curve.say("This design has no knob that could vary. A knob is a name with a default and a range under knobs: in the text.");
    const draft = studio.draft(), chosen = [...new Set(costs.map((menu) => menu.value).filter(Boolean))];
    const now = over ? asked.contour : asked.curve, other = over ? asked.curve : asked.contour;
    if (other.running) other.stop();
    other.root.hidden = true;
    now.root.hidden = false;
    now.want(over ? { draft, x: along.text, y: and.text, cost: chosen[0] } : { draft, knob: along.text, costs: chosen });
  }

  const root = el("div", { class: "whatif-body" },
    el("div", { class: "controls" },
      el("label", {}, el("span", {}, "along"), along.root), el("label", {}, el("span", {}, "over"), and.root), el("label", {}, el("span", {}, "cost"), places)),
    asked.curve.root, asked.contour.root, plot.box, note);
  asked.contour.root.hidden = true;
  return { root, follow, say: (words, kind) => asked.curve.say(words, kind) };
}
