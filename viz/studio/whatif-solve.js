// The best design inside budgets, with what proves it and what binds.

import { Asked } from "./asked.js";
import { el, menu as choices } from "./dom.js";
import { loadButton } from "./varying.js";

export function mountSolve(studio, varying) {
  let begun = false, drafted = "";
  const axes = [], budgets = [], free = el("div", { class: "axes" }), bounds = el("div", { class: "axes" });
  const settings = () => [["Knobs that may change", axes.map((axis) => [axis.menu.value, axis.menu.value])]];
  const refill = () => { for (const fill of varying.menus) fill(); };
  const line = (list, one, host, words, ...parts) => {
    const root = el("span", { class: "line" }, ...parts, el("button", { class: "plain", type: "button", "aria-label": words, title: words, onclick: () => {
      list.splice(list.indexOf(one), 1);
      one.drop();
      root.remove();
      refill();
    } }, "×"));
    list.push(one);
    host.append(root);
  };
  const addAxis = (value) => {
    const axis = varying.axis("Knob that may change", { value, onchange: refill });
    line(axes, axis, free, "Keep this knob as it is", axis.root);
    refill();
  };
  const addBudget = (value, text) => {
    const what = varying.costMenu("Cost of the budget", { value, more: settings });
    const sense = choices("At most or at least", [["most", "≤"], ["least", "≥"]], "most", () => {});
    const field = el("input", { class: "size", "aria-label": "Budget", value: text, placeholder: "118M", spellcheck: "false", autocomplete: "off" });
    line(budgets, { what, sense, field, drop: () => what.drop() }, bounds, "Drop this budget", what, sense, field);
  };
  const unused = () => (varying.numbers.find((one) => !axes.some((axis) => axis.menu.value === one.name)) ?? varying.settings[0])?.name;
  const ways = [["max:", "highest"], ["", "lowest"]];
  const first = { way: choices("Highest or lowest", ways, "max:", () => {}), what: varying.costMenu("What is to be best", { value: "params", more: settings }) };
  const then = { way: choices("Then highest or lowest", ways, "", () => {}), what: varying.costMenu("What decides between equals", { none: "nothing", more: settings }) };
  const found = el("div", { class: "found" }), outdated = el("span", { class: "hint", hidden: true }, "The design has changed since.");

  const asked = new Asked(studio, "whatif.solve", { patience: 0, show: (answer) => list(answer) });

  function list(answer) {
    const { settings: names, costs, rows, present, notes, binding, lack } = answer;
    const head = ["", ...names, ...costs, ""].map((name) => el("th", { scope: "col" }, name || el("span", { class: "unseen" }, "which")));
    const row = (one, label, kind, button = true) => el("tr", { class: kind }, el("th", { scope: "row" }, label), names.map((name) => el("td", {}, one.settings[name])),
      costs.map((name) => el("td", { class: "number" }, one.words[name])), el("td", {}, button ? loadButton(studio, one.settings) : ""));
    const listed = [...rows.map((one, place) => row(one, `${place + 1}`)), ...(lack?.closest ? [row(lack.closest, "closest")] : []), ...(present ? [row(present, "as it stands", "present", false)] : [])];
    const title = rows.length ? (binding.length ? `Bound by ${binding.map((one) => one.budget).join(" and ")}` : "Found, and no budget binds") : "No design fits";
    found.replaceChildren(el("h3", { class: rows.length ? "" : "error" }, title),
      el("div", { class: "rows", tabindex: 0, role: "region", "aria-label": "What was found" },
        el("table", {}, el("caption", { class: "unseen" }, "The best designs"), el("thead", {}, el("tr", {}, head)), el("tbody", {}, listed))),
      el("ul", { class: "notes" }, notes.map((note) => el("li", {}, note.trim()))));
  }

  const solve = () => {
    const given = { draft: studio.draft(), free: axes.map((axis) => axis.text).filter(Boolean), most: {}, least: {}, objectives: [first, then].filter((one) => one.what.value).map((one) => one.way.value + one.what.value) };
    for (const { what, sense, field } of budgets) if (field.value.trim()) given[sense.value][what.value] = field.value.trim();
    drafted = JSON.stringify(given.draft);
    outdated.hidden = true;
    asked.want(given);
  };
  const button = el("button", { class: "chief", type: "submit" }, "Solve");

  function follow() {
    if (!begun && varying.numbers.length) {
      begun = true;
      const known = varying.numbers.map((one) => one.name), width = known.includes("width") ? "width" : known[0];
      addAxis(width);
      const second = known.find((name) => name !== width);
      if (second) addAxis(second);
      const macs = studio.answer?.bill?.totals.find((total) => total.name === "macs")?.value;
      addBudget("macs", macs ? `${Number((macs / 1e6).toPrecision(3))}M` : "");
    }
    outdated.hidden = !found.children.length || drafted === JSON.stringify(studio.draft());
  }

  const pair = (words, one) => el("span", { class: "pair" }, words && el("span", {}, words), one.way, one.what);
  const root = el("form", { class: "whatif-body scrolls", onsubmit: (event) => { event.preventDefault(); solve(); } },
    el("div", { class: "controls" },
      el("div", { class: "field" }, el("span", {}, "free"), el("span", { class: "many" }, free, el("button", { type: "button", onclick: () => addAxis(unused()) }, "+ knob"))),
      el("div", { class: "field" }, el("span", {}, "budget"), el("span", { class: "many" }, bounds, el("button", { type: "button", onclick: () => addBudget("params", "") }, "+ budget"))),
      el("div", { class: "field" }, el("span", {}, "best"), el("span", { class: "many" }, pair("", first), pair("then", then))),
      el("div", { class: "field" }, el("span", {}), el("span", { class: "many" }, button, outdated))),
    asked.root, found);
  return { root, follow, say: (words, kind) => asked.say(words, kind) };
}
