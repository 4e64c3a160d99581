// Knobs as controls. They are made once and follow the answer; the one that is being moved is left alone.

import { byId, el } from "./dom.js";

export function mountKnobs(studio) {
  const host = byId("knobs"), rows = new Map();
  studio.on("bill", ({ knobs }) => {
    const shapes = knobs.map((knob) => [knob.name, knob.kind, knob.choices, knob.low, knob.high, knob.step].join("|")).join("\n");
    if (shapes !== host.dataset.shapes) {
      host.dataset.shapes = shapes;
      rows.clear();
      for (const knob of knobs) rows.set(knob.name, new Row(studio, knob));
      const open = knobs.filter((knob) => knob.reading);
      const usual = knobs.filter((knob) => !knob.reading);
      host.replaceChildren(...usual.map((knob) => rows.get(knob.name).root));
      if (open.length) {
        host.append(el("details", { class: "open-knobs", open: !usual.length }, el("summary", {}, `left open by the source (${open.length})`),
          ...open.map((knob) => rows.get(knob.name).root)));
      }
      if (!knobs.length) host.append(el("p", { class: "hint" }, "This spec has no knobs. A knob is a name with a default under knobs: in the text."));
    }
    for (const knob of knobs) rows.get(knob.name).follow(knob);
  });
}

class Row {
  constructor(studio, knob) {
    this.studio = studio;
    this.name = knob.name;
    this.kind = knob.kind;
    this.busy = false;
    const id = `knob-${knob.name}`;
    this.reset = el("button", { class: "reset", title: `Back to the default of ${knob.name}`, "aria-label": `Back to the default of ${knob.name}`,
      onclick: () => studio.set(this.name, undefined) }, "↺");
    const label = el("label", { for: id, title: [knob.doc, `may be ${knob.may}`, `default ${knob.default}`].filter(Boolean).join("\n") }, knob.name);
    this.root = el("div", { class: `knob ${knob.kind}` }, label, this[knob.kind](id, knob), this.reset);
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
    this.reset.disabled = !(this.name in this.studio.held.settings);
    const { answer, held } = this.studio, late = answer.settings[this.name] !== held.settings[this.name]; // the newest is on its way
    if (late || this.busy || document.activeElement === this.field) return;
    if (this.kind === "switch") this.field.checked = knob.value === "true";
    else this.field.value = knob.value;
    if (this.range && document.activeElement !== this.range) this.range.value = knob.value;
    else if (this.range && Number(this.range.value) !== Number(knob.value)) this.range.value = knob.value;
  }
}
