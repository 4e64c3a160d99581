// Knobs as controls. They are made once and follow the answer; the one that is being moved is left alone.

import { byId, el } from "./dom.js";

export function mountKnobs(studio) {
  const host = byId("knobs"), rows = new Map();
  const all = (id, words, title) => el("button", { title, disabled: true, onclick: () => studio.commands.get(id).run() }, words);
  const tools = [all("keep-settings", "Keep all", "Write all moved knobs into the text, as its defaults"), all("reset-settings", "Reset all", "All knobs back to the defaults of the text")];
  host.before(el("div", { class: "knob-tools tools" }, tools));
  const others = el("ul", { class: "other-settings", "aria-label": "Other settings" });
  host.after(others);
  const settled = () => {
    const names = Object.keys(studio.held.settings);
    for (const tool of tools) tool.disabled = !names.length;
    const listed = names.filter((name) => !rows.has(name)), now = JSON.stringify(listed.map((name) => [name, studio.held.settings[name]]));
    if (others.dataset.now === now) return;
    others.dataset.now = now;
    others.replaceChildren(...listed.map((name) => el("li", {}, el("code", {}, `${name} = ${studio.held.settings[name]}`),
      keeper(studio, name), resetter(studio, name))));
  };
  studio.on("draft", ({ held }) => { if (held) settled(); });
  studio.on("bill", ({ knobs }) => {
    const shapes = knobs.map((knob) => [knob.name, knob.kind, knob.choices, knob.low, knob.high, knob.step].join("|")).join("\n");
    if (shapes !== host.dataset.shapes) {
      host.dataset.shapes = shapes;
      rows.clear();
      const focused = host.contains(document.activeElement) && document.activeElement.id;
      for (const knob of knobs) rows.set(knob.name, new Row(studio, knob));
      const open = knobs.filter((knob) => knob.reading);
      const usual = knobs.filter((knob) => !knob.reading);
      host.replaceChildren(...usual.map((knob) => rows.get(knob.name).root));
      if (open.length) {
        host.append(el("details", { class: "open-knobs", open: !usual.length }, el("summary", {}, `left open by the source (${open.length})`),
          ...open.map((knob) => rows.get(knob.name).root)));
      }
      if (!knobs.length) host.append(el("p", { class: "hint" }, "This spec has no knobs. A knob is a name with a default under knobs: in the text."));
      if (focused) byId(focused)?.focus(); // the keys stay with a knob of the same name
    }
    for (const knob of knobs) rows.get(knob.name).follow(knob);
    settled();
  });
}

const keeper = (studio, name) => el("button", { class: "keep", title: `Keep as default: write ${name} into the text`, "aria-label": `Keep ${name} as default`,
  onclick: async () => { await studio.keepSettings([name]); back(name); } }, "⤓");
const resetter = (studio, name) => el("button", { class: "reset", title: `Back to the default of ${name}`, "aria-label": `Back to the default of ${name}`,
  onclick: () => { studio.set(name, undefined); back(name); } }, "↺");
// The keys go to the knob when the button that they were on is of no use any more.
const back = (name) => { if (document.activeElement === document.body || document.activeElement?.disabled) document.getElementById(`knob-${name}`)?.focus(); };

const PLACES = 2000; // of a slider, from which on a pointer cannot tell them apart

class Row {
  constructor(studio, knob) {
    this.studio = studio;
    this.name = knob.name;
    this.kind = knob.kind === "slider" && (knob.high - knob.low) / knob.step > PLACES ? "number" : knob.kind;
    this.busy = false;
    const id = `knob-${knob.name}`;
    this.keep = keeper(studio, knob.name);
    this.reset = resetter(studio, knob.name);
    const label = el("label", { for: id, title: [knob.doc, `may be ${knob.may}`, `default ${knob.default}`].filter(Boolean).join("\n") }, knob.name);
    this.root = el("div", { class: `knob ${this.kind}` }, label, this[this.kind](id, knob), el("span", { class: "back" }, this.keep, this.reset));
  }

  slider(id, knob) {
    this.field = el("input", { id: `${id}-number`, class: "number", "aria-label": `${knob.name} as a number`, inputmode: "decimal", value: knob.value,
      onchange: () => this.write(this.field.value.trim()) });
    this.range = el("input", { id, type: "range", min: knob.low, max: knob.high, step: knob.step, value: knob.value });
    const value = () => Number(this.range.value).toFixed(knob.digits).replace(/(\.\d*?)0+$/, "$1").replace(/\.$/, "");
    this.range.addEventListener("input", () => {
      this.busy = true;
      this.field.value = value();
      this.studio.set(this.name, value(), { live: true });
    });
    this.range.addEventListener("change", () => {
      this.busy = false;
      this.studio.set(this.name, value());
    });
    return el("span", { class: "slide" }, this.range, this.field);
  }

  number(id, knob) {
    this.field = el("input", { id, class: "number", type: "number", min: knob.low, max: knob.high, step: knob.step, value: knob.value,
      onchange: () => this.write(this.field.value) });
    return this.field;
  }

  menu(id, knob) {
    this.field = el("select", { id, onchange: () => this.write(this.field.value) },
      knob.choices.map((choice) => el("option", { value: choice, selected: choice === knob.value }, choice)));
    return this.field;
  }

  switch(id, knob) {
    this.field = el("input", { id, type: "checkbox", checked: knob.value === "true", onchange: () => this.write(`${this.field.checked}`) });
    return el("span", { class: "switch-place" }, this.field);
  }

  text(id, knob) {
    this.field = el("input", { id, value: knob.value, spellcheck: "false", autocomplete: "off", onchange: () => this.write(this.field.value.trim()) });
    return this.field;
  }

  write(value) {
    this.studio.set(this.name, value || undefined);
  }

  follow(knob) {
    this.root.classList.toggle("changed", knob.value !== knob.default);
    this.keep.disabled = this.reset.disabled = !(this.name in this.studio.held.settings);
    const { answer, held } = this.studio, late = answer.settings[this.name] !== held.settings[this.name]; // the newest is on its way
    if (late || this.busy || document.activeElement === this.field) return;
    if (this.kind === "switch") this.field.checked = knob.value === "true";
    else this.field.value = knob.value;
    if (this.range && document.activeElement !== this.range) this.range.value = knob.value;
    else if (this.range && Number(this.range.value) !== Number(knob.value)) this.range.value = knob.value;
  }
}
