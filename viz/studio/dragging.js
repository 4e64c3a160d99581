// Dragging: a block from the palette to a box or a line, a box of the diagram to another. A line shows where it would stand.

import { el } from "./dom.js";
import { WORD } from "./palette.js";
import { placeOf } from "./rows.js";

const FAR = 6; // pixels after which a press on a box is a drag

export function mountDragging(studio, rows) {
  const { diagram, editor } = studio, { svg } = diagram;
  const marker = el("div", { class: "drop-marker", hidden: true });
  document.body.append(marker);

  function mark(box) {
    marker.hidden = !box;
    if (!box) return;
    for (const side of ["left", "top", "width", "height"]) marker.style[side] = `${box[side]}px`;
  }

  // The line of a box below the pointer and on which side of it, with where to show that.
  function overBox(event) {
    const part = diagram.view?.partAt(document.elementFromPoint(event.clientX, event.clientY));
    if (!part) return null;
    const place = placeOf(studio, part), shape = diagram.view.groups.get(part.id)?.querySelector(".shape") ?? diagram.view.frames.get(part.id);
    if (place.why || !shape) return place.why ? place : null;
    const box = shape.getBoundingClientRect(), down = diagram.rankdir === "TB";
    const after = down ? event.clientY > box.top + box.height / 2 : event.clientX > box.left + box.width / 2;
    const shown = down ? { left: box.left - 6, top: (after ? box.bottom : box.top) - 1, width: box.width + 12, height: 3 }
      : { left: (after ? box.right : box.left) - 1, top: box.top - 6, width: 3, height: box.height + 12 };
    return { ...place, side: after ? "after" : "before", shown };
  }

  function overLine(event) {
    const block = editor.lineBlockAtHeight(event.clientY - editor.documentTop), line = editor.state.doc.lineAt(block.from);
    const top = block.top + editor.documentTop, after = event.clientY > top + block.height / 2;
    const { left, right } = editor.scrollDOM.getBoundingClientRect();
    return { line: line.number - 1, side: after ? "after" : "before", shown: { left, top: (after ? top + block.height : top) - 1, width: right - left, height: 3 } };
  }

  // -- from the palette ----------------------------------------------------------------------------------------------------------------

  function takes(host, over) {
    host.addEventListener("dragover", (event) => {
      if (!event.dataTransfer.types.includes(WORD)) return;
      event.preventDefault();
      event.stopPropagation();
      const place = over(event);
      event.dataTransfer.dropEffect = place?.shown ? "copy" : "none";
      mark(place?.shown);
    }, true);
    host.addEventListener("dragleave", (event) => { if (!host.contains(event.relatedTarget)) mark(null); });
    host.addEventListener("drop", (event) => {
      const word = event.dataTransfer.getData(WORD);
      if (!word) return;
      event.preventDefault();
      event.stopPropagation();
      mark(null);
      const place = over(event);
      if (place?.why) studio.say(place.why);
      else if (place) rows.insert(word, place.side, { line: place.line, column: place.column });
    }, true);
  }
  takes(svg, overBox);
  takes(editor.dom, overLine);
  document.addEventListener("dragend", () => mark(null));

  // -- a box --------------------------------------------------------------------------------------------------------------------------

  let held = null; // {x, y, place, pointer, moves}

  svg.addEventListener("pointerdown", (event) => {
    const part = event.button === 0 && !event.target.closest(".knob") && !event.target.closest(".frame") ? diagram.view?.partAt(event.target) : null;
    held = part && part.kind !== "input" && part.kind !== "output" ? { x: event.clientX, y: event.clientY, place: placeOf(studio, part), pointer: event.pointerId, moves: false } : null;
  }, true);
  svg.addEventListener("pointermove", (event) => {
    if (!held || event.pointerId !== held.pointer) return;
    event.stopPropagation(); // the picture stays where it is
    if (!held.moves && Math.hypot(event.clientX - held.x, event.clientY - held.y) < FAR) return;
    if (!held.moves) {
      held.moves = true;
      svg.setPointerCapture(event.pointerId);
      svg.classList.add("carrying");
      if (held.place.why) studio.say(held.place.why);
    }
    held.over = held.place.why ? null : target(event);
    mark(held.over?.shown);
  }, true);

  // A box below the pointer, or a line of the text.
  function target(event) {
    const { left, right } = editor.scrollDOM.getBoundingClientRect();
    return event.clientX > left && event.clientX < right ? overLine(event) : overBox(event);
  }

  function end(event, drop) {
    if (!held || event.pointerId !== held.pointer) return;
    const { moves, place, over } = held;
    held = null;
    if (!moves) return;
    mark(null);
    svg.classList.remove("carrying");
    svg.addEventListener("click", (click) => click.stopPropagation(), { capture: true, once: true });
    setTimeout(() => svg.dispatchEvent(new MouseEvent("click", { bubbles: false })), 0); // takes the listener away where no click came
    if (!drop || place.why || !over) return;
    if (over.why) { studio.say(over.why); return; }
    if (over.line === place.line && over.column === place.column) return;
    rows.change("edit.move", { to: over.line, toColumn: over.column, side: over.side }, place);
  }
  svg.addEventListener("pointerup", (event) => end(event, true), true);
  svg.addEventListener("pointercancel", (event) => end(event, false), true);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !held?.moves) return;
    held.place = { why: "Left where it was." };
    held.over = null;
    mark(null);
  });
}
