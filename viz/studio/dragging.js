// Dragging: a block from the palette to the diagram or a line, a box of the diagram to another place. A line shows where it would stand.
/* global visible */

import { el } from "./dom.js";
import { WORD } from "./palette.js";
import { placeOf, toPlace } from "./rows.js";

const FAR = 6; // pixels after which a press on a box is a drag
const NEAR = 90; // pixels from the side of a box up to which that box is meant
const EDGE = 28, STEP = 10; // so near to the edge of a pane its content moves, by so many pixels a frame
const TITLE = 26; // height of the title of an open block in the drawing

// What is carried over the page, and the place below the pointer with its marker.
class Carrying {
  constructor(studio) {
    this.studio = studio;
    this.marker = el("div", { class: "drop-marker", hidden: true });
    this.chip = el("div", { class: "drop-chip", hidden: true });
    document.body.append(this.marker, this.chip);
    this.point = null; // of the pointer, while something is carried
    this.over = null; // {place, side, words, shown} below it, or {why} nothing can stand there
  }

  to({ clientX: x, clientY: y }) {
    const begins = !this.point;
    this.point = { x, y };
    this.look();
    if (begins) this.frame = requestAnimationFrame(() => this.tick());
  }

  end() {
    cancelAnimationFrame(this.frame);
    const { over } = this;
    this.point = this.over = null;
    this.marker.hidden = this.chip.hidden = true;
    return over;
  }

  // The content of a pane comes along where the pointer is at its edge.
  tick() {
    const { x, y } = this.point, { editor, diagram } = this.studio;
    const step = (at, from, to) => (at < from + EDGE ? -STEP : at > to - EDGE ? STEP : 0);
    const text = inside(editor.scrollDOM, x, y), drawing = inside(diagram.svg, x, y);
    if (text && step(y, text.top, text.bottom)) editor.scrollDOM.scrollTop += step(y, text.top, text.bottom);
    else if (drawing && diagram.view) {
      const across = step(x, drawing.left, drawing.right), down = step(y, drawing.top, drawing.bottom);
      if (across || down) {
        diagram.view.camera.x -= across;
        diagram.view.camera.y -= down;
        diagram.view.move();
      }
    }
    this.look();
    this.frame = requestAnimationFrame(() => this.tick());
  }

  look() {
    const { x, y } = this.point, { editor, diagram } = this.studio;
    const text = inside(editor.scrollDOM, x, y), drawing = diagram.view && inside(diagram.svg, x, y);
    this.over = text ? this.overLine(y, text) : drawing ? this.overDrawing(x, y, drawing) : null;
    const { shown, why, words } = this.over ?? {};
    this.marker.hidden = !shown;
    for (const side of ["left", "top", "width", "height"]) this.marker.style[side] = shown ? `${shown[side]}px` : "";
    this.chip.hidden = !words && !why;
    this.chip.classList.toggle("error", Boolean(why));
    const told = why ?? words ?? "";
    if (this.chip.textContent !== told) this.chip.textContent = told;
    this.chip.style.left = `${Math.min(x + 14, innerWidth - this.chip.offsetWidth - 4)}px`;
    this.chip.style.top = `${Math.min(y + 18, innerHeight - this.chip.offsetHeight - 4)}px`;
  }

  overLine(y, { left, right, top, bottom }) {
    const { editor } = this.studio, block = editor.lineBlockAtHeight(y - editor.documentTop), line = editor.state.doc.lineAt(block.from).number - 1;
    const begin = block.top + editor.documentTop, after = y > begin + block.height / 2;
    const at = Math.min(Math.max(top, (after ? begin + block.height : begin) - 1), bottom - 3);
    return { place: { line }, side: after ? "after" : "before", words: `${after ? "after" : "before"} line ${line + 1}`, shown: { left, top: at, width: right - left, height: 3 } };
  }

  // The nearest side of a box, in the direction in which the network runs, at which something can be put.
  overDrawing(x, y, drawing) {
    let best = null;
    for (const side of this.sides(drawing)) {
      const gap = Math.hypot(Math.max(side.left - x, 0, x - side.left - side.width), Math.max(side.top - y, 0, y - side.top - side.height));
      if (gap <= NEAR && (!best || gap < best.gap)) best = { ...side, gap };
    }
    if (!best) return null;
    const { side, part } = best, whole = placeOf(this.studio, part), place = part.open ? { ...whole, stage: false } : whole;
    if (place.why) return place;
    const left = Math.max(best.left, drawing.left), top = Math.max(best.top, drawing.top);
    const shown = { left, top, width: Math.min(best.left + best.width, drawing.right) - left, height: Math.min(best.top + best.height, drawing.bottom) - top };
    return { place, side, words: `${side} ${part.lines[0]}, line ${((side === "after" && place.lastLine) || place.line) + 1}`, shown };
  }

  // The sides of all boxes on view. Between paths nothing can stand, nor before a join, since there are several ways to it.
  * sides(drawing) {
    const { view } = this.studio.diagram, { x, y, k } = view.camera, down = view.rankdir === "TB";
    for (const part of visible(view.model.root)) {
      if (!part.at || part.kind === "input" || part.kind === "output" || part.kind === "path") continue;
      const width = part.size.width * k, height = part.size.height * k;
      const left = drawing.left + x + part.at.x * k - width / 2, top = drawing.top + y + part.at.y * k - height / 2;
      const at = (share, shift = 0) => (down ? { left: left - 6, top: top + share * height + shift - 1.5, width: width + 12, height: 3 }
        : { left: left + share * width + shift - 1.5, top: top - 6, width: 3, height: height + 12 });
      if (part.kind !== "join" && part.kind !== "sign") yield { part, side: "before", ...at(0) };
      if (part.kind === "stage" && part.open) yield { part, side: "after", ...at(0, TITLE * k) };
      else if (part.kind !== "split") yield { part, side: "after", ...at(1) };
    }
  }
}

function inside(host, x, y) {
  const box = host.getBoundingClientRect();
  return x >= box.left && x < box.right && y >= box.top && y < box.bottom ? box : null;
}

export function mountDragging(studio, rows) {
  const { svg } = studio.diagram, carrying = new Carrying(studio);
  const put = (over, run) => {
    if (over?.why) studio.say(over.why, "error");
    else if (over) run(over);
  };

  // -- from the palette ----------------------------------------------------------------------------------------------------------------

  const ours = (event) => event.dataTransfer?.types.includes(WORD);
  document.addEventListener("dragover", (event) => {
    if (!ours(event)) return;
    event.stopPropagation(); // the editor takes texts that are dropped, and this is none
    carrying.to(event);
    if (carrying.over) event.preventDefault();
    event.dataTransfer.dropEffect = carrying.over ? "copy" : "none";
  }, true);
  document.addEventListener("drop", (event) => {
    if (!ours(event)) return;
    event.preventDefault();
    event.stopPropagation();
    const word = event.dataTransfer.getData(WORD);
    carrying.to(event);
    put(carrying.end(), ({ place, side }) => rows.insert(word, side, place));
  }, true);
  document.addEventListener("dragend", () => carrying.end(), true);

  // -- a box --------------------------------------------------------------------------------------------------------------------------

  let held = null; // {x, y, part, pointer, moves}: a box that is pressed, and whether it is carried

  svg.addEventListener("pointerdown", (event) => {
    const takes = event.button === 0 && event.pointerType !== "touch" && !event.target.closest(".knob, .frame");
    const part = takes ? studio.diagram.view?.partAt(event.target) : null;
    held = part && part.kind !== "input" && part.kind !== "output" ? { x: event.clientX, y: event.clientY, part, pointer: event.pointerId } : null;
  }, true);
  document.addEventListener("pointermove", (event) => { // a quick hand is off the diagram at the first move
    if (!held || event.pointerId !== held.pointer) return;
    event.stopPropagation(); // the picture stays where it is
    if (!held.moves && Math.hypot(event.clientX - held.x, event.clientY - held.y) < FAR) return;
    if (!held.moves) lift();
    if (held.place) carrying.to(event);
  }, true);

  function lift() {
    held.moves = true;
    svg.setPointerCapture(held.pointer);
    const place = placeOf(studio, held.part);
    if (place.why) { studio.say(place.why, "error"); return; }
    held.place = place;
    svg.classList.add("carrying");
    studio.diagram.view.groups.get(held.part.id)?.classList.add("carried");
  }

  function lay() {
    svg.classList.remove("carrying");
    svg.querySelector(".carried")?.classList.remove("carried");
    return carrying.end();
  }

  function end(event, drop) {
    if (!held || event.pointerId !== held.pointer) return;
    const { moves, place } = held, over = lay();
    held = null;
    if (!moves) return;
    const still = (click) => click.stopPropagation(); // the click at the end of a drag chooses nothing
    svg.addEventListener("click", still, true);
    setTimeout(() => svg.removeEventListener("click", still, true));
    if (drop && place) put(over, ({ place: to, side }) => {
      if (to.line !== place.line || to.column !== place.column) rows.change("edit.move", { ...toPlace(to), side }, place);
    });
  }
  document.addEventListener("pointerup", (event) => end(event, true), true);
  document.addEventListener("pointercancel", (event) => end(event, false), true);
  window.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !held?.place) return;
    event.preventDefault();
    event.stopPropagation();
    held.place = null;
    lay();
    studio.say("Left where it was.");
  }, true);
}
