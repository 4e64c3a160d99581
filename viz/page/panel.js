"use strict";
// Beside the drawing: what a part costs, the text of the spec with its line, the search, and the words under the pointer.

const byId = (id) => document.getElementById(id);
const node = (name, attributes = {}, ...children) => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) if (value !== undefined) made.setAttribute(key, value);
  made.append(...children.filter((child) => child !== undefined));
  return made;
};
const whole = (count) => count.toLocaleString("en");
const lacks = (part, cost) => part.unknown?.includes(cost);  // of which only a part is known
const bound = (part, cost, text) => (lacks(part, cost) ? (part[cost] ? `≥ ${text(part[cost])}` : "?") : text(part[cost]));
const shareOf = (part, totals, cost) => (lacks(totals, cost) ? "?" : percent(part[cost], totals[cost]));

const shapes = (part) => (part.in && part.in !== part.out ? `${part.in} → ${part.out}` : part.out);

class Panel {
  constructor(model, view) {
    this.model = model;
    this.view = view;
    this.file = -1;
    const { totals, paper, knobs, memory, sources } = model.data;
    const words = [paper, `${bound(totals, "params", whole)} parameters`, `${bound(totals, "macs", whole)} MACs`];
    byId("totals").textContent = words.filter(Boolean).join(" · ");
    const given = Object.entries(knobs).map(([name, value]) => `${name} = ${value}`).join(", ");
    byId("totals").title = [memory, given].filter(Boolean).join("\n");
    sources.forEach((source, number) => {
      const tab = node("button", { role: "tab", "data-file": number }, source.name);
      tab.addEventListener("click", () => this.open(number));
      byId("files").append(tab);
    });
    byId("source").addEventListener("click", (event) => this.pressLine(event.target.closest("[data-line]")));
    this.open(0);
  }

  // -- the spec ------------------------------------------------------------------------------------------------------------

  open(file) {
    if (this.file !== file) {
      this.file = file;
      const made = this.made(file);
      const lines = this.model.data.sources[file].text.split(/\r\n|\n|\r/);
      byId("source").replaceChildren(...lines.map((text, index) => node("div", { "data-line": index, class: made.has(index) ? "live" : undefined },
        node("span", { class: "number" }, `${index + 1}`), node("code", {}, text || " "))));
    }
    for (const tab of byId("files").children) tab.setAttribute("aria-selected", `${+tab.dataset.file === file}`);
  }

  // Numbers of the lines of a file that made something.
  made(file) {
    return new Set(this.model.data.marks.filter((mark) => mark[0] === file).map((mark) => mark[1]));
  }

  showMark(number) {
    const mark = this.model.data.marks[number];
    for (const old of byId("source").querySelectorAll(".marked")) {
      old.classList.remove("marked");
      old.lastChild.replaceChildren(old.lastChild.textContent);
    }
    if (!mark) return;
    const [file, line, column, end] = mark;
    this.open(file);
    const row = byId("source").children[line];
    if (!row) return;
    const text = row.lastChild.textContent;
    row.classList.add("marked");
    row.lastChild.replaceChildren(text.slice(0, column), node("mark", {}, text.slice(column, end)), text.slice(end));
    byId("source").scrollTop = row.offsetTop - byId("source").clientHeight / 2.5;
    for (const link of byId("places").querySelectorAll("button")) link.setAttribute("aria-current", `${+link.dataset.mark === number}`);
  }

  // A line of the spec shows what it made; pressed again, the next that it made.
  pressLine(row) {
    if (!row?.classList.contains("live")) return;
    const line = +row.dataset.line, { file } = this, { marks } = this.model.data;
    const here = (part) => (part.marks ?? []).findIndex((m) => marks[m][0] === file && marks[m][1] === line);
    const made = this.model.parts.filter((part) => here(part) >= 0 && !(part.parent.id >= 0 && here(part.parent) >= 0));
    if (!made.length) return;
    const next = made[(made.indexOf(this.view.selected) + 1) % made.length];
    this.view.hits = new Set(made.map((part) => part.id));
    this.view.reveal(next);
    this.showMark(next.marks[here(next)]);
  }

  // -- what is selected -------------------------------------------------------------------------------------------------------

  show(part) {
    if (!part) return;
    const { totals, marks, sources } = this.model.data;
    const rows = [];
    if (part.out) rows.push(["shape", shapes(part)]);
    if (part.params !== undefined) {
      rows.push(["parameters", `${bound(part, "params", whole)}  (${shareOf(part, totals, "params")})`]);
      rows.push(["MACs", `${bound(part, "macs", whole)}  (${shareOf(part, totals, "macs")})`]);
      rows.push(["memory", `${bound(part, "memory", whole)} bytes in use at most`]);
    }
    if (part.opens) rows.push(["operators", whole(part.count)]);
    const table = node("table", {}, ...rows.map(([head, value]) => node("tr", {}, node("th", {}, head), node("td", {}, value))));
    const listed = (part.operators ?? []).map(([name, word, given, shape]) => node("li", {}, node("b", {}, name), ` ${word}`,
      given ? node("span", { class: "given" }, ` ${given}`) : undefined, ` → ${shape}`));
    byId("details").replaceChildren(node("h2", {}, part.lines[0]), node("p", { class: "full" }, part.name), table, node("ul", {}, ...listed));
    const line = (number) => marks[number].slice(0, 2).join(":");
    const apart = (part.marks ?? []).filter((number, index, all) => !index || number === part.shown || line(number) !== line(all[index - 1]));
    const calls = apart.reverse().map((number) => {
      const [file, line] = marks[number];
      const link = node("button", { "data-mark": number }, `${sources[file].name}:${line + 1}`);
      link.addEventListener("click", () => this.showMark(number));
      return link;
    });
    byId("places").replaceChildren(...calls);
    this.showMark(part.shown);
  }

  // -- the search ---------------------------------------------------------------------------------------------------------------

  find(text) {
    const found = search(this.model, text), list = byId("found");
    this.view.hits = new Set(found.map((part) => part.id));
    this.view.mark();
    const most = 60;
    const items = found.slice(0, most).map((part, index) => {
      const item = node("li", { role: "option", id: `found-${index}`, "data-part": part.id }, node("b", {}, part.lines.join("   ")), node("span", {}, part.name));
      item.addEventListener("pointerdown", (event) => { event.preventDefault(); this.choose(index); this.openList(false); });
      return item;
    });
    if (found.length > most) items.push(node("li", { class: "hint" }, `and ${found.length - most} more`));
    if (text.trim() && !found.length) items.push(node("li", { class: "hint" }, "nothing found"));
    list.replaceChildren(...items);
    this.openList(items.length > 0);
    this.found = found;
    this.chosen = -1;
    this.count();
  }

  count() {
    byId("count").textContent = this.found?.length ? `${this.chosen < 0 ? "" : `${this.chosen + 1} / `}${this.found.length}` : "";
  }

  openList(open) {
    byId("found").hidden = !open;
    byId("query").setAttribute("aria-expanded", `${open}`);
  }

  choose(index) {
    if (!this.found?.length) return;
    this.chosen = (index + this.found.length) % this.found.length;
    for (const item of byId("found").children) item.setAttribute("aria-selected", `${item.id === `found-${this.chosen}`}`);
    byId("query").setAttribute("aria-activedescendant", `found-${this.chosen}`);
    byId("found").children[this.chosen]?.scrollIntoView({ block: "nearest" });
    this.count();
    this.view.reveal(this.found[this.chosen]);
  }

  // -- under the pointer ----------------------------------------------------------------------------------------------------------

  tip(part, x, y) {
    const tip = byId("tip");
    tip.hidden = !part;
    if (!part) return;
    const { totals } = this.model.data;
    const lines = [node("b", {}, part.name)];
    if (part.out) lines.push(node("div", {}, shapes(part)));
    if (part.params !== undefined) {
      lines.push(node("div", {}, `${bound(part, "params", short)} parameters (${shareOf(part, totals, "params")})`));
      lines.push(node("div", {}, `${bound(part, "macs", short)} MACs (${shareOf(part, totals, "macs")})`));
    }
    tip.replaceChildren(...lines);
    const { width, height } = tip.getBoundingClientRect();
    tip.style.left = `${Math.max(4, Math.min(x + 14, innerWidth - width - 8))}px`;
    tip.style.top = `${y + 18 + height > innerHeight ? y - height - 10 : y + 18}px`;
  }
}
