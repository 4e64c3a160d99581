// What one step of each knob does to a cost.

import { Asked } from "./asked.js";
import { el } from "./dom.js";
import { Plot } from "./plots.js";
import { load } from "./varying.js";

export function mountTornado(studio, varying) {
  const cost = varying.costMenu("Cost", { value: "macs", onchange: () => follow() });
  const plot = new Plot({ label: "What one step of each knob does", tall: true });
  const note = el("p", { class: "hint note" }), table = el("div", { class: "steps" });
  const asked = new Asked(studio, "whatif.tornado", { patience: 4000, show: async (answer, given) => {
    plot.box.hidden = !answer.steps.length;
    await plot.show(answer, given.cost);
    note.textContent = [`${given.cost} is ${answer.start}.`, answer.steps.length ? "" : "No step of a knob changes it.",
      answer.idle.length ? `No change by ${answer.idle.join(", ")}.` : ""].filter(Boolean).join(" ");
    list(answer.steps);
  } });

  const side = (step, way) => {
    const one = step[way];
    if (!one) return el("td", { class: "number" }, "—");
    const words = el("span", {}, one.words);
    const go = el("button", { class: "load", title: one.reason || undefined, disabled: one.change === null, onclick: () => load(studio, one.settings),
      "aria-label": `Load ${step.name} ${one.value}` }, one.value);
    return el("td", { class: "number" }, words, " ", go);
  };
  function list(steps) {
    const line = (step) => el("tr", {}, el("th", { scope: "row" }, step.name), el("td", { class: "number" }, step.held), side(step, "down"), side(step, "up"));
    const head = ["knob", "is", "one step down", "one step up"].map((words) => el("th", { scope: "col" }, words));
    table.replaceChildren(...(steps.length ? [el("table", {}, el("caption", { class: "unseen" }, "Steps"), el("thead", {}, el("tr", {}, head)), el("tbody", {}, steps.map(line)))] : []));
  }

  function follow() {
    asked.want({ draft: studio.draft(), cost: cost.value || "macs" });
  }

  const root = el("div", { class: "whatif-body scrolls" }, el("div", { class: "controls" }, el("label", {}, el("span", {}, "cost"), cost)), asked.root, plot.box, note, table);
  return { root, follow, say: (words, kind) => asked.say(words, kind) };
}
