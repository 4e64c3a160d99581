"use strict";
// The drawing on the screen: boxes and lines as SVG, zoom and pan, and the keys.

const SVG = "http://www.w3.org/2000/svg";
const NEAREST = 4, FARTHEST = 0.02;

function element(name, attributes = {}, ...children) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) if (value !== undefined) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

const short = (count) => {
  for (const [step, unit] of [[1e9, "G"], [1e6, "M"], [1e3, "K"]]) {
    if (count >= step) return `${(count / step).toPrecision(3)}${unit}`;
  }
  return `${count}`;
};
const percent = (part, whole) => `${whole ? ((100 * part) / whole).toFixed(1) : "0.0"} %`;

class View {
  constructor(model, svg) {
    this.model = model;
    this.svg = svg;
    this.rankdir = model.data.rankdir;
    this.colour = model.data.colour;
    this.selected = null;
    this.hits = new Set();
    this.camera = { x: 0, y: 0, k: 1 };
    this.unit = 1; // at which scale words are as large as those around the drawing
    this.groups = new Map(); // of every part on view: its SVG group, for an open one that of its title
    this.frames = new Map(); // of every open part: its frame, which lies below the lines
    this.onSelect = () => {};
    this.onEmpty = () => {}; // a part is to be opened of which it is not known what it holds
    this.follow();
  }

  // -- what is drawn ---------------------------------------------------------------------------------------------------------

  draw() {
    const { root } = this.model;
    this.placed = place(root, this.rankdir);
    this.size = root.arranged.size;
    const frames = [], boxes = [];
    this.groups.clear();
    this.frames.clear();
    for (const part of visible(root)) {
      const open = part.opens && part.open, group = open ? this.title(part) : this.box(part);
      if (open) this.frames.set(part.id, this.frame(part));
      boxes.push(group);
      this.groups.set(part.id, group);
    }
    document.getElementById("frames").replaceChildren(...this.frames.values());
    document.getElementById("boxes").replaceChildren(...boxes); // in the order of the schedule, which is that of the keys
    document.getElementById("edges").replaceChildren(...this.lines());
    this.mark();
    this.paint();
  }

  lines() {
    const made = [];
    for (const { points, label, at, head } of this.placed.arrows) {
      made.push(element("path", { d: curve(points, this.rankdir), "marker-end": head ? "url(#arrow)" : undefined }));
      if (label) made.push(element("text", { x: at.x, y: at.y + 4 }, label));
    }
    for (const dot of this.placed.dots) made.push(element("circle", { cx: dot.x, cy: dot.y, r: 2.6 }));
    return made;
  }

  item(part, kind, attributes) {
    return element("g", {
      class: kind, "data-id": part.id, role: "treeitem", tabindex: -1, "aria-level": pathOf(part).length - 1,
      "aria-expanded": part.opens ? `${part.open}` : undefined, "aria-label": `${part.lines.join(", ")}, ${part.name}`, ...attributes,
    });
  }

  box(part) {
    const { width, height } = part.size;
    const group = this.item(part, `box ${part.kind}`, { transform: this.corner(part) });
    if (part.kind === "sign") group.append(element("circle", { class: "shape", cx: 13, cy: 13, r: 12 }));
    else {
      if (part.kind === "repeat") group.append(element("rect", { class: "behind", x: 4, y: 4, width, height, rx: 5 }));
      group.append(element("rect", { class: "shape", width, height, rx: part.kind === "input" || part.kind === "output" ? 13 : 5 }));
    }
    const shift = part.opens ? 11 : 0;
    part.lines.forEach((line, index) => {
      const row = { x: width / 2 + shift, y: part.kind === "sign" ? 18 : 18 + index * LINE, class: index ? "more" : "name" };
      group.append(element("text", row, line), " "); // the space parts the words for whoever reads them aloud
    });
    if (part.opens) group.append(this.knob(part, 14, height / 2));
    return group;
  }

  corner(part) {
    return `translate(${part.at.x - part.size.width / 2} ${part.at.y - part.size.height / 2})`;
  }

  frame(part) {
    const { width, height } = part.size;
    const attributes = { class: `frame ${part.kind}`, "data-id": part.id, transform: this.corner(part) };
    return element("g", attributes, element("rect", { class: "shape", width, height, rx: 7 }));
  }

  title(part) {
    const text = element("text", { class: "name", x: 28, y: 17 }, element("tspan", {}, part.lines[0]));
    if (part.lines[1]) text.append(" ", element("tspan", { class: "more", dx: 4 }, part.lines.slice(1).join("   ")));
    const group = this.item(part, `title ${part.kind}`, { transform: this.corner(part) });
    group.append(text, this.knob(part, 14, 13));
    return group;
  }

  knob(part, x, y) {
    const words = part.open ? "Close" : "Open";
    return element("g", { class: "knob", transform: `translate(${x} ${y})` },
      element("title", {}, `${words} ${part.lines[0]}`), element("circle", { r: 7 }), element("path", { d: part.open ? "M-3.5 0h7" : "M-3.5 0h7M0-3.5v7" }));
  }

  // -- colours, the selection, what was found ----------------------------------------------------------------------------------

  paint() {
    const heat = this.colour !== "kind", { looks, scales } = this.model.data;
    this.svg.classList.toggle("heat", heat);
    for (const [id, group] of this.groups) {
      const tone = heat ? this.model.parts[id].tones?.[this.colour] : undefined;
      group.classList.toggle("toned", tone !== undefined);
      if (tone === undefined) continue;
      group.style.setProperty("--fill", looks[tone][0]);
      group.style.setProperty("--text", looks[tone][1]);
    }
    this.onPaint?.(heat ? scales[this.colour] : null);
  }

  mark() {
    for (const [id, group] of this.groups) {
      for (const shown of [group, this.frames.get(id)]) {
        shown?.classList.toggle("selected", this.selected?.id === id);
        shown?.classList.toggle("hit", this.hits.has(id));
      }
      group.setAttribute("aria-selected", `${this.selected?.id === id}`);
    }
    const first = this.groups.get(this.selected?.id) ?? this.groups.values().next().value;
    for (const group of this.groups.values()) group.setAttribute("tabindex", group === first ? 0 : -1);
  }

  select(part, focus = false) {
    this.selected = part;
    this.mark();
    if (part && focus) this.groups.get(part.id)?.focus({ preventScroll: true });
    this.onSelect(part);
  }

  // Opens what is around a part, so that it is on view, and brings it to the middle.
  reveal(part) {
    for (const around of pathOf(part).slice(1, -1)) {
      if (!around.open) { around.open = true; forget(around); }
    }
    this.draw();
    this.select(part);
    this.camera.k = Math.max(this.camera.k, 0.8);
    this.middle(part);
  }

  toggle(part) {
    if (!part?.opens) return;
    if (!part.children.length) { this.onEmpty(part); return; }
    const top = (p) => ({ x: p.at.x, y: p.at.y - p.size.height / 2 });
    const before = top(part);
    part.open = !part.open;
    forget(part);
    this.draw();
    const after = top(part); // what was opened stays where it was
    this.camera.x += (before.x - after.x) * this.camera.k;
    this.camera.y += (before.y - after.y) * this.camera.k;
    const left = (part.at.x - part.size.width / 2) * this.camera.k + this.camera.x, middle = part.at.x * this.camera.k + this.camera.x;
    if (left < 8) this.camera.x += Math.max(0, Math.min(8 - left, this.svg.getBoundingClientRect().width - 80 - middle)); // its title is in sight
    this.move();
  }

  toggleAll(open) {
    for (const part of this.model.parts) if (part.opens) { part.open = open; part.arranged = undefined; }
    this.model.root.arranged = undefined;
    this.draw();
    this.begin();
  }

  // -- the camera --------------------------------------------------------------------------------------------------------------

  move() {
    const { x, y, k } = this.camera;
    document.getElementById("world").setAttribute("transform", `translate(${x} ${y}) scale(${k})`);
  }

  fit() {
    const { width, height } = this.svg.getBoundingClientRect();
    const all = Math.min((width - 24) / this.size.width, (height - 24) / this.size.height, 1.2 * this.unit);
    const k = Math.max(all, FARTHEST);
    this.camera = { k, x: (width - this.size.width * k) / 2, y: Math.max(12, (height - this.size.height * k) / 2) };
    this.move();
  }

  // At first a reader sees text that can be read: a network that does not fit begins at its input.
  begin() {
    const { width, height } = this.svg.getBoundingClientRect(), across = this.rankdir === "LR" ? "height" : "width";
    this.fit();
    if (this.camera.k >= 0.6 * this.unit) return;
    const room = across === "width" ? width : height, k = this.unit * Math.min(1, Math.max(0.75, (room - 24) / this.size[across] / this.unit));
    const { at, size } = this.model.root.children[0];
    if (across === "width") this.camera = { k, x: width / 2 - at.x * k, y: 36 - at.y * k };
    else this.camera = { k, x: 16 - (at.x - size.width / 2) * k, y: height / 2 - at.y * k };
    this.move();
  }

  zoom(factor, x, y) {
    const { width, height } = this.svg.getBoundingClientRect();
    const k = Math.min(NEAREST, Math.max(FARTHEST, this.camera.k * factor)), f = k / this.camera.k;
    const cx = x ?? width / 2, cy = y ?? height / 2;
    this.camera = { k, x: cx - (cx - this.camera.x) * f, y: cy - (cy - this.camera.y) * f };
    this.move();
  }

  middle(part) {
    const { width, height } = this.svg.getBoundingClientRect();
    const top = part.opens && part.open ? part.at.y - part.size.height / 2 + 60 : part.at.y;
    this.camera.x = width / 2 - part.at.x * this.camera.k;
    this.camera.y = height / 2 - top * this.camera.k;
    this.move();
  }

  // Moves only when a part is out of sight.
  show(part) {
    const { width, height } = this.svg.getBoundingClientRect();
    const x = part.at.x * this.camera.k + this.camera.x;
    const y = (part.at.y - part.size.height / 2) * this.camera.k + this.camera.y;
    if (x < 40 || x > width - 40 || y < 20 || y > height - 60) this.middle(part);
  }

  // -- pointers and keys -------------------------------------------------------------------------------------------------------

  partAt(target) {
    const group = target.closest?.("[data-id]");
    return group ? this.model.parts[+group.dataset.id] : null;
  }

  follow() {
    const { svg } = this, pointers = new Map();
    let dragged = 0;
    const at = (event) => { const r = svg.getBoundingClientRect(); return { x: event.clientX - r.left, y: event.clientY - r.top }; };
    svg.addEventListener("wheel", (event) => {
      event.preventDefault();
      const { x, y } = at(event);
      this.zoom(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.0016)), x, y);
    }, { passive: false });
    svg.addEventListener("pointerdown", (event) => { pointers.set(event.pointerId, at(event)); dragged = 0; });
    svg.addEventListener("pointermove", (event) => {
      const before = pointers.get(event.pointerId), now = at(event);
      if (!before) return;
      dragged += Math.hypot(now.x - before.x, now.y - before.y);
      if (dragged > 4 && !svg.hasPointerCapture(event.pointerId)) {
        try { svg.setPointerCapture(event.pointerId); } catch { /* it has been lifted meanwhile */ }
      }
      const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1];
      if (other) { // two fingers
        const gap = (p) => Math.hypot(p.x - other.x, p.y - other.y) || 1;
        this.zoom(gap(now) / gap(before), (now.x + other.x) / 2, (now.y + other.y) / 2);
      } else if (dragged > 4) {
        this.camera.x += now.x - before.x;
        this.camera.y += now.y - before.y;
        this.move();
      }
      pointers.set(event.pointerId, now);
    });
    for (const name of ["pointerup", "pointercancel"]) svg.addEventListener(name, (event) => pointers.delete(event.pointerId));
    svg.addEventListener("click", (event) => {
      if (dragged > 4) return;
      const part = this.partAt(event.target);
      if (part && event.target.closest(".knob")) this.toggle(part);
      else this.select(part, true);
    });
    svg.addEventListener("dblclick", (event) => { if (!event.target.closest(".knob")) this.toggle(this.partAt(event.target)); });
    svg.addEventListener("keydown", (event) => this.key(event));
  }

  key(event) {
    const here = this.partAt(event.target) ?? this.selected;
    const shown = visible(this.model.root), index = shown.indexOf(here);
    const go = (part) => { if (part) { this.show(part); this.select(part, true); } };
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    switch (event.key) {
      case "ArrowDown": go(shown[index + 1]); break;
      case "ArrowUp": go(shown[Math.max(0, index - 1)]); break;
      case "Home": go(shown[0]); break;
      case "End": go(shown[shown.length - 1]); break;
      case "ArrowRight":
        if (here?.opens && !here.open) { this.toggle(here); this.select(here, true); } else go(shown[index + 1]);
        break;
      case "ArrowLeft":
        if (here?.opens && here.open) { this.toggle(here); this.select(here, true); } else if (here?.parent.id >= 0) go(here.parent);
        break;
      case "Enter": case " ": this.select(here, true); break;
      default: return;
    }
    event.preventDefault();
  }
}
