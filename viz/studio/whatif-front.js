// The variants that no other beats in two costs, and the design as it stands among them.

import { Asked } from "./asked.js";
import { debounced, el, menu as choices } from "./dom.js";
import { Plot } from "./plots.js";
import { load, loadButton } from "./varying.js";

const LISTED = 200; // rows of the table

export function mountFront(studio, varying) {
  let rows = [], begun = false;
  const axes = [], list = el("div", { class: "axes" });
  const later = debounced(() => follow(), 250);
  const add = (value) => {
    const axis = varying.axis("Knob that may change", { value, onchange: later });
    const remove = el("button", { class: "plain", "aria-label": "Keep this knob as it is", title: "Keep this knob as it is", onclick: () => {
      axes.splice(axes.indexOf(axis), 1);
      axis.drop();
      line.remove();
      follow();
    } }, "×");
    const line = el("span", { class: "line" }, axis.root, remove);
    axes.push(axis);
    list.append(line);
  };
  const more = el("button", { onclick: () => { add(unused()); follow(); } }, "+ knob");
  const unused = () => (varying.numbers.find((one) => !axes.some((axis) => axis.menu.value === one.name)) ?? varying.settings[0])?.name;
  const settings = () => [["Knobs that may change", axes.map((axis) => [axis.menu.value, axis.menu.value])]];
  const ways = [["", "low"], ["max:", "high"]];
  const x = { way: choices("Across: low or high is good", ways, "", () => follow()), what: varying.costMenu("Across", { value: "macs", onchange: () => follow(), more: settings }) };
  const y = { way: choices("Up: low or high is good", ways, "max:", () => follow()), what: varying.costMenu("Up", { value: "params", onchange: () => follow(), more: settings }) };
  const where = el("input", { class: "where", "aria-label": "Only variants for which this holds", placeholder: "params<=3.5M and macs<=120M", spellcheck: "false", autocomplete: "off", oninput: () => later() });
  const colour = el("select", { "aria-label": "Colour", onchange: () => { plot.colour = colour.value || null; plot.draw(); } });
  const plot = new Plot({ label: "Front", pick: (row) => load(studio, rows[row].settings) });
  const note = el("p", { class: "hint note" }), table = el("div", { class: "rows", tabindex: 0, role: "region", "aria-label": "The front as a table" });

  const asked = new Asked(studio, "whatif.front", { patience: 4000, show: async (answer, given) => {
    rows = answer.rows;
    const names = answer.columns.filter((column) => column.varies).map((column) => column.name);
    if (plot.colour !== undefined && plot.colour !== null && !names.includes(plot.colour)) plot.colour = undefined;
    colour.replaceChildren(el("option", { value: "" }, "one colour"), ...names.map((name) => el("option", { value: name }, name)));
    colour.value = (plot.colour === undefined ? answer.colour : plot.colour) ?? "";
    list_(answer);
    const lost = answer.missing.count ? ` ${answer.missing.count.toLocaleString("en")} cannot be built: ${Object.keys(answer.missing.reasons)[0]}.` : "";
    note.textContent = `${answer.note}.${lost}`;
    await plot.show(answer, JSON.stringify([given.x, given.y]));
  } });

  function list_({ best, rows: all, start }) {
    if (!best.length) return table.replaceChildren();
    const names = Object.keys(best[0].settings), costs = Object.keys(best[0].words);
    const present = JSON.stringify(all[start]?.settings);
    const head = [...names, ...costs, ""].map((name) => el("th", { scope: "col" }, name || el("span", { class: "unseen" }, "load")));
    const line = (row) => el("tr", { class: JSON.stringify(row.settings) === present ? "present" : undefined },
      names.map((name) => el("td", {}, row.settings[name])), costs.map((name) => el("td", { class: "number" }, row.words[name])), el("td", {}, loadButton(studio, row.settings)));
    const rest = best.length > LISTED ? el("p", { class: "hint" }, `The first ${LISTED} of ${best.length.toLocaleString("en")}.`) : "";
    table.replaceChildren(el("table", {}, el("caption", { class: "unseen" }, "The front"), el("thead", {}, el("tr", {}, head)), el("tbody", {}, best.slice(0, LISTED).map(line))), rest);
  }

  function follow() {
    if (!begun && varying.numbers.length) {
      begun = true;
      const known = varying.numbers.map((one) => one.name), first = known.includes("width") ? "width" : known[0];
      add(first);
      const second = known.find((name) => name !== first);
      if (second) add(second);
      for (const fill of varying.menus) fill();
      y.what.value = first;
    }
    for (const fill of varying.menus) fill();
    const over = axes.map((axis) => axis.whole()).filter(Boolean);
    if (!over.length) return asked.say("Which knobs may change? Add one.");
    asked.want({ draft: studio.draft(), over, x: x.way.value + x.what.value, y: y.way.value + y.what.value, where: where.value.trim() });
  }

  const pair = (words, one) => el("span", { class: "pair" }, el("span", {}, words), one.way, one.what);
  const root = el("div", { class: "whatif-body" },
    el("div", { class: "controls" },
      el("div", { class: "field" }, el("span", {}, "free"), el("span", { class: "many" }, list, more)),
      el("div", { class: "field" }, el("span", {}, "best"), el("span", { class: "many" }, pair("across", x), pair("up", y))),
      el("label", {}, el("span", {}, "only"), where),
      el("label", {}, el("span", {}, "colour"), colour)),
    asked.root, plot.box, note, table);
  return { root, follow, say: (words, kind) => asked.say(words, kind) };
}
