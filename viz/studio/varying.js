// What of the design can vary, and menus of it. The menus follow the text: what is gone from it is gone from them.

import { el } from "./dom.js";

const GROUPS = [["knobs", "Knobs"], ["cells", "Cells of the table"]];
const COSTS = [["", "Costs"], ["flops.", "FLOPs as counted by"], ["latency.", "Latency on"]];

export class Varying {
  constructor(studio) {
    this.studio = studio;
    this.settings = [];
    this.costs = [];
    this.menus = new Set();
    this.text = null;
  }

  // Asks again where the text is another one. Fails with the message where the text has mistakes and nothing is known yet.
  async follow() {
    const draft = this.studio.draft();
    if (draft.text === this.text) return;
    try {
      const found = await this.studio.ask("whatif.axes", { draft }, { key: "whatif.axes" });
      Object.assign(this, found, { text: draft.text });
    } catch (error) {
      if (!this.settings.length) throw error;
    }
    for (const fill of this.menus) fill();
  }

  find(name) {
    return this.settings.find((setting) => setting.name === name);
  }

  get numbers() {
    return this.settings.filter((setting) => setting.kind === "numbers" && setting.group === "knobs");
  }

  // A menu of settings; `none` is what the first entry says that stands for no setting.
  settingMenu(label, { none, value = "", onchange }) {
    const groups = () => GROUPS.map(([group, words]) => [words, this.settings.filter((one) => one.group === group).map((one) => [one.name, one.name])]);
    return this.menu(label, groups, { none, value, onchange });
  }

  // A menu of costs; `more` are groups before them, as [["Knobs", [["max:width", "width"]]]].
  costMenu(label, { none, value = "", onchange, more = () => [] }) {
    const of = (start) => this.costs.filter(({ name }) => (start ? name.startsWith(start) : !name.includes(".")));
    const groups = () => [...more(), ...COSTS.map(([start, words]) => [words, of(start).map(({ name }) => [name, name.slice(start.length)])])];
    return this.menu(label, groups, { none, value, onchange });
  }

  menu(label, groups, { none, value, onchange }) {
    const select = el("select", { "aria-label": label, onchange: () => onchange?.(select.value) });
    const fill = () => {
      const kept = select.value || value;
      select.replaceChildren(...(none === undefined ? [] : [el("option", { value: "" }, none)]),
        ...groups().filter(([, entries]) => entries.length).map(([words, entries]) => el("optgroup", { label: words }, entries.map(([name, text]) => el("option", { value: name }, text)))));
      select.value = kept;
      if (select.selectedIndex < 0 || (!select.value && none === undefined)) select.selectedIndex = 0;
    };
    this.menus.add(fill);
    select.drop = () => this.menus.delete(fill);
    fill();
    return select;
  }

  // A setting and the values that it takes: a menu, and a field that is empty for what it may be.
  axis(label, { none, value, onchange }) {
    const hint = () => {
      const found = this.find(menu.value);
      field.placeholder = found ? found.values : "";
      field.title = found ? `Values of ${found.name}: from:to:step, or values with commas. Empty for some of ${found.values}` : "";
      field.disabled = !found;
    };
    const menu = this.settingMenu(label, { none, value, onchange: () => { field.value = ""; hint(); onchange(); } });
    const field = el("input", { class: "values", "aria-label": `Values: ${label}`, spellcheck: "false", autocomplete: "off", oninput: () => onchange() });
    this.menus.add(hint);
    hint();
    const root = el("span", { class: "axis" }, menu, field);
    return { root, menu, field, drop: () => { menu.drop(); this.menus.delete(hint); },
      get text() { return menu.value && (field.value.trim() ? `${menu.value}=${field.value.trim()}` : menu.value); },
      // Everything that the knob may be, where a grid is wanted and not a sample.
      whole: () => menu.value && `${menu.value}=${field.value.trim() || this.find(menu.value)?.values || ""}` };
  }
}

// The settings of the design with others put in. What a knob is by default is no setting.
export function loaded(studio, settings) {
  const found = { ...studio.held.settings, ...settings };
  for (const knob of studio.answer?.bill?.knobs ?? []) if (found[knob.name] === knob.default) delete found[knob.name];
  return found;
}

export function load(studio, settings) {
  const words = Object.entries(settings).map(([name, value]) => `${name}=${value}`).join(", ");
  studio.edit({ settings: loaded(studio, settings) }, `load ${words}`);
  studio.say(`loaded: ${words}`);
}

// Settings in words, with a button that loads them.
export const loadButton = (studio, settings) => el("button", { class: "load", onclick: () => load(studio, settings),
  "aria-label": `Load ${Object.entries(settings).map(([name, value]) => `${name} ${value}`).join(", ")}` }, "Load");
