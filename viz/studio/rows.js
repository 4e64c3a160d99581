// Steps and rows moved, doubled, deleted and put in, by keys, a menu and by dragging: the server edits the text as a person would have.

import { mountDragging } from "./dragging.js";
import { byId, el } from "./dom.js";
import { mountPalette } from "./palette.js";
import { keysInWords } from "./commands.js";

// The steps or rows that a part of the diagram was made by, as questions of edits take them: {line, column} of the first, lastLine and
// lastColumn where a box stands for several, `stage` where it is all of a stage. Or {why} they cannot be changed here.
export function placeOf(studio, part) {
  const { data } = studio.diagram.view.model;
  // what a call of a block of another file comes to is that call's box; what is within it is not
  const calls = part?.shown >= 0 && data.marks[part.shown][0] === 0 && part.parent?.shown !== part.shown;
  const mark = calls ? data.marks[part.shown] : part?.marks?.length ? data.marks[part.marks[0]] : null;
  if (!mark) return { why: "No line of the spec made this." };
  const [source, line, column] = mark;
  if (source !== 0) return { why: `This is from ${data.sources[source].name}, line ${line + 1}: open that file to change it, or move the block that it is in.` };
  const now = studio.linesNow(), place = { line: now(line), column, stage: part.kind === "stage" };
  const end = part.ends && data.marks[part.ends[calls ? 1 : 0]];
  if (end?.[0] === 0) Object.assign(place, { lastLine: now(end[1]), lastColumn: end[2] });
  return place.line === null || place.lastLine === null ? { why: "The text has changed here since this was drawn." } : place;
}

// A place as the one that something is moved to.
export const toPlace = ({ line, column, lastLine, lastColumn, stage }) => ({ to: line, toColumn: column, toLastLine: lastLine, toLastColumn: lastColumn, toStage: stage });

class Rows {
  constructor(studio) {
    this.studio = studio;
    this.follows = null; // the line that the diagram shows once its next picture is there
    studio.on("picture", () => this.shown());
    const commands = [
      ["row-up", "Row: move up", "Alt-ArrowUp", () => this.change("edit.move", { by: -1 })],
      ["row-down", "Row: move down", "Alt-ArrowDown", () => this.change("edit.move", { by: 1 })],
      ["row-duplicate", "Row: duplicate", "Alt-Shift-ArrowDown", () => this.change("edit.duplicate")],
      ["row-delete", "Row: delete", "Mod-Shift-k", () => this.change("edit.delete")],
      ["row-menu", "Row: show its menu", "Alt-Enter", () => this.menu()],
    ];
    for (const [id, title, keys, run] of commands) studio.command({ id, title, keys, run });
    this.keys = new Map(commands.map(([, , keys, run]) => [keys, run]));
    // the editor has keys of its own for lines, which know nothing of steps
    studio.editor.dom.addEventListener("keydown", (event) => {
      const name = [event.ctrlKey || event.metaKey ? "Mod" : "", event.altKey ? "Alt" : "", event.shiftKey ? "Shift" : "", event.key.length === 1 ? event.key.toLowerCase() : event.key];
      const run = this.keys.get(name.filter(Boolean).join("-"));
      if (!run) return;
      event.preventDefault();
      event.stopPropagation();
      run();
    }, true);
    studio.diagram.svg.addEventListener("keydown", (event) => {
      if (event.key !== "Delete" || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      this.change("edit.delete");
    });
    const opens = (host, find) => host.addEventListener("contextmenu", (event) => {
      const place = find(event);
      if (!place) return;
      event.preventDefault();
      if (place.why) studio.say(place.why);
      else this.menu({ place, x: event.clientX, y: event.clientY });
    });
    opens(studio.diagram.svg, (event) => {
      const part = studio.diagram.view?.partAt(event.target);
      return part && placeOf(studio, part);
    });
    opens(studio.editor.dom, (event) => {
      if (!event.target.closest(".cm-gutters")) return null;
      const { editor } = studio, block = editor.lineBlockAtHeight(event.clientY - editor.documentTop);
      return { line: editor.state.doc.lineAt(block.from).number - 1 };
    });
  }

  inDiagram() {
    return this.studio.diagram.svg.contains(document.activeElement);
  }

  // The step or row that is meant: that of the box which has the keys or is chosen, else the cursor's.
  here() {
    const { diagram, editor } = this.studio;
    if (diagram.view?.selected && !editor.hasFocus) return placeOf(this.studio, diagram.view.selected);
    const line = editor.state.doc.lineAt(editor.state.selection.main.head);
    return { line: line.number - 1 };
  }

  // Asks for an edit of the text and makes it one step of the history.
  async change(name, given = {}, place = this.here()) {
    const { studio } = this;
    if (place.why) { studio.say(place.why); return; }
    const before = studio.text, focus = this.inDiagram(), words = name.replace("edit.", "");
    const head = studio.editor.state.doc.lineAt(studio.editor.state.selection.main.head);
    const column = studio.editor.state.selection.main.head - head.from;
    try {
      const made = await studio.ask(name, { draft: studio.draft(), ...place, ...given }, { key: "edit row" });
      if (studio.text !== before) { studio.say("The text has changed meanwhile; nothing was done."); return; }
      const lines = made.text.split(/\r\n|\n/), at = Math.min(made.line, lines.length - 1);
      const begins = lines.slice(0, at).reduce((sum, line) => sum + line.length + 1, 0);
      studio.edit({ text: made.text }, words, { selection: { anchor: begins + Math.min(column, lines[at].length) } });
      this.follows = { line: made.line, focus };
    } catch (error) {
      studio.say(error.message, "error");
    }
  }

  insert(word, side = "after", place = undefined) {
    return this.change("edit.insert", { word, side }, place);
  }

  shown() {
    if (!this.follows) return;
    const { line, focus } = this.follows, { diagram } = this.studio;
    this.follows = null;
    queueMicrotask(() => {
      if (!diagram.view) return;
      diagram.show(line);
      const hit = diagram.view.model.parts[[...diagram.view.hits][0]];
      if (focus && hit) diagram.view.select(hit, true);
    });
  }

  menu({ place = this.here(), x, y } = {}) {
    const { studio } = this;
    if (place.why) { studio.say(place.why); return; }
    const back = document.activeElement;
    const close = () => { made.remove(); document.removeEventListener("pointerdown", outside, true); };
    const item = (words, keys, run) => el("button", { role: "menuitem", tabindex: -1, onclick: () => { close(); back?.focus?.(); run(); } },
      el("span", {}, words), keys ? el("kbd", {}, keysInWords(keys)) : "");
    const made = el("div", { role: "menu", class: "row-menu", "aria-label": `Row in line ${place.line + 1}` },
      item("Move up", "Alt-ArrowUp", () => this.change("edit.move", { by: -1 }, place)),
      item("Move down", "Alt-ArrowDown", () => this.change("edit.move", { by: 1 }, place)),
      item("Duplicate", "Alt-Shift-ArrowDown", () => this.change("edit.duplicate", {}, place)),
      item("Delete", "Mod-Shift-k", () => this.change("edit.delete", {}, place)),
      item("Insert a block…", "", () => this.palette.open(place)));
    const outside = (event) => { if (!made.contains(event.target)) close(); };
    made.addEventListener("keydown", (event) => {
      const items = [...made.children], at = items.indexOf(document.activeElement);
      const to = { ArrowDown: (at + 1) % items.length, ArrowUp: (at + items.length - 1) % items.length, Home: 0, End: items.length - 1 }[event.key];
      if (to !== undefined) items[to].focus();
      else if (event.key === "Escape" || event.key === "Tab") { close(); back?.focus?.(); } else return;
      event.preventDefault();
      event.stopPropagation();
    });
    byId("middle").append(made);
    if (x === undefined) ({ x, y } = this.beside(place));
    made.style.left = `${Math.max(4, Math.min(x, innerWidth - made.offsetWidth - 4))}px`;
    made.style.top = `${Math.max(4, Math.min(y, innerHeight - made.offsetHeight - 4))}px`;
    document.addEventListener("pointerdown", outside, true);
    made.firstChild.focus();
  }

  // Where the menu of a place comes: below the box or the cursor.
  beside(place) {
    const { diagram, editor } = this.studio;
    const group = this.inDiagram() && diagram.view.groups.get(diagram.view.selected?.id);
    if (group) { const { left, bottom } = group.getBoundingClientRect(); return { x: left, y: bottom }; }
    const at = editor.coordsAtPos(editor.state.doc.line(Math.min(place.line + 1, editor.state.doc.lines)).from);
    return at ? { x: at.left, y: at.bottom } : { x: 40, y: 80 };
  }
}

export function mountRows(studio) {
  const rows = new Rows(studio);
  rows.palette = mountPalette(studio, rows);
  mountDragging(studio, rows);
  studio.rows = rows;
}
