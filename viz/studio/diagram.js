// The diagram: the one of a page that `render` writes, kept up with the draft. What is open, chosen and in sight stays so.
/* global View, makeModel, pathOf, visible, forget */

import { byId, el, menu } from "./dom.js";

const COLOURS = [["kind", "kind"], ["macs", "MACs"], ["params", "parameters"], ["memory", "memory"]];

const DRAWING = `
<svg id="drawing" role="tree" aria-label="Diagram" tabindex="-1">
<defs><marker id="arrow" viewBox="0 0 8 8" refX="7.2" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 .8 8 4 0 7.2z"/></marker></defs>
<g id="world"><g id="frames"></g><g id="edges"></g><g id="boxes"></g></g>
</svg>
<div id="scale" hidden></div>
<p id="stale" hidden></p>
<div id="detail" hidden></div>`;

// What a part is called from one draft to the next: kind and name, and on a second line the name of what is around it.
const keyOf = (part) => `${part.kind} ${part.name}\n${part.around < 0 ? "" : part.parent.name}`;
const MOST = 5000; // folds that are remembered

export class Diagram {
  constructor(studio, host) {
    this.studio = studio;
    host.insertAdjacentHTML("beforeend", DRAWING);
    this.svg = byId("drawing");
    this.room = this.svg.getBoundingClientRect(); // asked for once: to ask anew makes the browser lay everything out at once
    this.view = null;
    this.colour = "kind";
    this.rankdir = "TB";
    this.folds = new Map(); // whether a part was open when it was last seen, by its key: a picture may leave out what is in closed parts
    this.tools();
    this.width = 0;
    new ResizeObserver(() => this.resize()).observe(this.svg);
    studio.on("picture", (data) => this.take(data));
    studio.on("stale", (why) => this.mark(why));
    studio.on("select", ({ line, by }) => { if (by === "editor") this.show(line); });
    studio.on("shown", (id) => { byId("view-tools").hidden = id !== "diagram"; });
    new ResizeObserver(([{ contentRect }]) => {
      this.room = contentRect;
      if (this.late) this.take(this.late);
    }).observe(this.svg);
  }

  tools() {
    const button = (words, title, run) => el("button", { title, "aria-label": /\w/.test(words) ? undefined : title, onclick: () => this.view && run() }, words);
    this.menu = menu("Colour boxes by", COLOURS, this.colour, (value) => this.paint(value));
    byId("view-tools").append(
      el("label", {}, "Colour ", this.menu),
      button("Fold", "Close every block", () => this.view.toggleAll(false)),
      button("Unfold", "Open every block", () => this.view.toggleAll(true)),
      button("⇄", "Turn: top to bottom, or left to right", () => this.turn()),
      button("Fit", "Show all of it", () => this.view.fit()),
      button("+", "Closer", () => this.view.zoom(1.3)),
      button("−", "Farther", () => this.view.zoom(1 / 1.3)),
    );
    const { studio } = this;
    studio.command({ id: "fold", title: "Diagram: close every block", run: () => this.view?.toggleAll(false) });
    studio.command({ id: "unfold", title: "Diagram: open every block", run: () => this.view?.toggleAll(true) });
    studio.command({ id: "fit", title: "Diagram: show all of it", keys: "Alt-0", run: () => this.view?.fit() });
    studio.command({ id: "turn", title: "Diagram: turn it", run: () => this.turn() });
    for (const [value, words] of COLOURS) {
      studio.command({ id: `colour-${value}`, title: `Diagram: colour by ${words}`, run: () => this.paint(value) });
    }
  }

  // A new picture of the design. While the pane is hidden it waits, since boxes are measured when they are drawn.
  take(data) {
    this.late = this.room.width ? null : data;
    if (this.late) return;
    const model = makeModel({ ...data, rankdir: this.rankdir, colour: this.colour });
    if (!this.view) this.begin(model);
    else this.follow(model);
    this.colours(data);
  }

  // What was in the middle stays there while panes become wider and narrower.
  resize() {
    const { width } = this.svg.getBoundingClientRect();
    if (this.view && width && this.width) {
      this.view.camera.x += (width - this.width) / 2;
      this.view.move();
    }
    if (width) this.width = width;
  }

  begin(model) {
    this.view = new View(model, this.svg);
    this.view.unit = parseFloat(getComputedStyle(document.documentElement).fontSize) / 13;
    this.view.onSelect = (part) => this.choose(part);
    this.view.onPaint = (scale) => this.scale(scale);
    this.view.onEmpty = (part) => { this.folds.set(keyOf(part), true); this.studio.emit("counting"); };
    this.view.draw();
    this.view.begin();
    this.name = model.data.name;
  }

  // Another state of the design: what was open is open, and what was in the middle of the sight stays where it is.
  follow(model) {
    const { view } = this;
    const anchor = this.anchor();
    if (this.folds.size > MOST) this.folds.clear();
    for (const part of view.model.parts) if (part.children.length) this.folds.set(keyOf(part), part.open);
    for (const part of model.parts) if (part.children.length) part.open = this.folds.get(keyOf(part)) ?? part.open;
    const other = this.name !== model.data.name;
    this.name = model.data.name;
    const chosen = view.selected && keyOf(view.selected), held = this.svg.contains(document.activeElement) && view.partAt(document.activeElement);
    view.model = model;
    view.hits.clear();
    view.selected = model.parts.find((part) => keyOf(part) === chosen) ?? null;
    view.draw();
    if (held) { // the keys stay where they were, which need not be what is selected
      const same = model.parts.find((part) => keyOf(part) === keyOf(held) && view.groups.has(part.id));
      (view.groups.get(same?.id) ?? view.groups.values().next().value)?.focus({ preventScroll: true });
    }
    const after = anchor && model.parts.find((part) => keyOf(part) === anchor.key && part.at);
    if (after && view.groups.has(after.id)) {
      view.camera.x = anchor.x - after.at.x * view.camera.k;
      view.camera.y = anchor.y - (after.at.y - after.size.height / 2) * view.camera.k;
      view.move();
    } else if (other) view.begin();
    if (view.selected) this.details(view.selected);
    else this.details(null);
  }

  // What a picture has to look into while a knob moves, by kind and name: only what is open is seen.
  get unfolded() {
    if (!this.view) return undefined;
    const open = new Map(this.folds);
    for (const part of this.view.model.parts) if (part.children.length) open.set(keyOf(part), part.open);
    return [...open].filter(([, is]) => is).map(([key]) => key.split("\n")[0]);
  }

  // The part on view that is nearest to the middle, and where it is on the screen.
  anchor() {
    const { view } = this, { width, height } = this.room;
    let best = null;
    for (const part of visible(view.model.root)) {
      if (!part.at) continue;
      const x = part.at.x * view.camera.k + view.camera.x, y = (part.at.y - part.size.height / 2) * view.camera.k + view.camera.y;
      const far = Math.hypot(x - width / 2, y - height / 2) - (part === view.selected ? 1e6 : 0);
      if (!best || far < best.far) best = { key: keyOf(part), x, y, far };
    }
    return best;
  }

  turn() {
    this.rankdir = this.rankdir === "TB" ? "LR" : "TB";
    const { view } = this;
    view.rankdir = this.rankdir;
    for (const part of view.model.parts) part.arranged = undefined;
    view.model.root.arranged = undefined;
    view.draw();
    view.begin();
  }

  // -- colours -----------------------------------------------------------------------------------------------------------------------

  colours(data) {
    const more = Object.keys(data.scales).filter((cost) => !COLOURS.some(([value]) => value === cost));
    const listed = [...COLOURS, ...more.map((cost) => [cost, cost.replace(/^latency\./, "latency on ")])];
    const key = JSON.stringify(listed);
    if (this.listed === key) return;
    this.listed = key;
    if (!listed.some(([value]) => value === this.colour)) this.paint("kind");
    this.menu.replaceChildren(...listed.map(([value, words]) => el("option", { value, selected: value === this.colour }, words)));
  }

  paint(colour) {
    this.colour = colour;
    this.menu.value = colour;
    this.studio.colour = colour;
    this.studio.emit("colour", colour);
    if (!this.view) return;
    this.view.colour = colour;
    this.view.paint();
  }

  scale(scale) {
    byId("scale").hidden = !scale;
    if (!scale) return;
    const steps = scale.words.map((words, tone) => {
      const [fill, ink] = this.view.model.data.looks[tone];
      return el("span", { style: `background: ${fill}; color: ${ink}` }, words);
    });
    byId("scale").replaceChildren(el("div", {}, scale.title), ...steps);
  }

  // -- the node and its line ---------------------------------------------------------------------------------------------------------

  // The lines of the spec that made a part, as they are numbered now, the innermost first; those of other files are not among them.
  lines(part, now = this.studio.linesNow()) {
    const { marks } = this.view.model.data;
    return (part?.marks ?? []).map((number) => marks[number]).filter(([source]) => source === 0).map(([, line]) => now(line)).filter((line) => line !== null);
  }

  choose(part) {
    this.details(part);
    const shown = part?.shown >= 0 ? this.view.model.data.marks[part.shown] : null, now = this.studio.linesNow();
    const own = shown && shown[0] === 0 ? now(shown[1]) : null, lines = own === null ? this.lines(part, now).slice(0, 1) : [own];
    this.studio.emit("select", { lines, part, by: "diagram" });
  }

  // The parts that a line of the spec made.
  show(line) {
    const { view } = this;
    if (!view || !this.room.width) return;
    const shown = visible(view.model.root).filter((part) => !(part.opens && part.open)), now = this.studio.linesNow();
    let hits = shown.filter((part) => this.lines(part, now)[0] === line);
    if (!hits.length) hits = shown.filter((part) => this.lines(part, now).includes(line));
    view.hits = new Set(hits.map((part) => part.id));
    view.selected = null;
    view.mark();
    this.details(hits.length === 1 ? hits[0] : null);
    if (hits.length) view.show(hits[0]);
  }

  // What a part is and costs, at the foot of the diagram.
  details(part) {
    const place = byId("detail");
    place.hidden = !part;
    if (!part) return;
    const whole = (count) => (count === undefined ? "" : count.toLocaleString("en"));
    const { data } = this.view.model;
    const shares = { params: "parameters", macs: "MACs" };
    const facts = Object.entries(shares).filter(([cost]) => part[cost] !== undefined).map(([cost, words]) => {
      const all = data.totals[cost];
      return `${whole(part[cost])} ${words}${all ? ` (${((100 * part[cost]) / all).toFixed(1)} %)` : ""}`;
    });
    if (part.memory) facts.push(`${(part.memory / 2 ** 20).toFixed(2)} MiB while it runs`);
    const shape = part.in && part.in !== part.out ? `${part.in} → ${part.out}` : part.out;
    const mark = part.shown >= 0 ? data.marks[part.shown] : null;
    const where = mark && mark[0] > 0 ? `from ${data.sources[mark[0]].name}, line ${mark[1] + 1}` : "";
    place.replaceChildren(
      el("strong", {}, part.lines[0] ?? ""), el("span", {}, [...part.lines.slice(1), shape].filter(Boolean).join("   ")),
      el("span", { class: "facts" }, [...facts, where].filter(Boolean).join("  ·  ")), el("span", { class: "full" }, part.name));
  }

  mark(why) {
    byId("stale").hidden = !why;
    byId("stale").textContent = why ?? "";
    this.svg.classList.toggle("stale", Boolean(why));
  }
}

export const mountDiagram = (studio, host) => { studio.diagram = new Diagram(studio, host); };
