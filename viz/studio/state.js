// The design that is being edited, and how every pane reads and changes it.
//
// One history holds everything: the text is the editor's document, and file and settings are a field of the same state, so that undo
// takes back a moved knob or a loaded design as it takes back typing.

import { EditorState, StateEffect, StateField, Transaction, invertedEffects, isolateHistory } from "./codemirror.min.js";
import { el } from "./dom.js";

const setHeld = StateEffect.define();

// What is held beside the text: the file that it stands for ("" for none, `zoo:NAME` for one of the zoo), and settings by name.
export const held = StateField.define({
  create: () => ({ file: "", settings: {} }),
  update: (value, transaction) => transaction.effects.reduce((found, effect) => (effect.is(setHeld) ? effect.value : found), value),
});

const takenBack = invertedEffects.of((transaction) => {
  const changed = transaction.effects.some((effect) => effect.is(setHeld));
  return changed ? [setHeld.of(transaction.startState.field(held))] : [];
});

export const holding = [held, takenBack];

// The smallest changes that make one text of another: line by line where both have as many lines, so that the cursor stays in its own.
export function differences(before, after) {
  const old = before.split("\n"), lines = after.split("\n"), found = [];
  if (old.length !== lines.length) return [difference(before, after)];
  let start = 0;
  for (const [number, line] of old.entries()) {
    const { from, to, insert } = difference(line, lines[number]);
    if (from !== to || insert) found.push({ from: start + from, to: start + to, insert });
    start += line.length + 1;
  }
  return found;
}

// What they begin and end with alike is left alone.
export function difference(before, after) {
  let start = 0, end = 0;
  const most = Math.min(before.length, after.length);
  while (start < most && before[start] === after[start]) start++;
  while (end < most - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end++;
  return { from: start, to: before.length - end, insert: after.slice(start, after.length - end) };
}

export class Studio {
  constructor(connection) {
    this.connection = connection;
    this.editor = null; // the EditorView, once there is one
    this.answer = null; // what the last good draft came to, and its settings: {bill, picture, settings}
    this.stale = false; // whether the draft is newer than the answer, or has mistakes
    this.problems = [];
    this.counting = { convention: "thop", device: "", dtype: "float32", batch: 1 };
    this.baseline = "saved"; // or "" for none, or `zoo:NAME`, or the name of one of
    this.baselines = new Map(); // files and snapshots that changes are told against, as drafts
    this.known = new Map(); // files as they were last read or saved, by name: {text, file, digest}
    this.commands = new Map();
    this.listeners = new Map();
    this.moving = null; // what is held while a knob is on its way: nothing of it is in the editor's state before the end
    this.drawn = ""; // the text that the picture is of
    this.begun = false;
  }

  // -- the design ------------------------------------------------------------------------------------------------------------

  get text() {
    return this.editor.state.doc.toString();
  }

  get held() {
    return this.moving ?? this.editor.state.field(held);
  }

  // Tells of a line of the text that the picture is of how it is numbered now; null where the text has changed there since.
  linesNow() {
    const { drawn, text } = this;
    if (drawn === text) return (line) => line;
    const { from, to, insert } = difference(drawn, text), count = (part) => part.split("\n").length - 1;
    const first = count(drawn.slice(0, from)), last = count(drawn.slice(0, to)), shift = first + count(insert) - last;
    return (line) => (line < first ? line : line > last ? line + shift : null);
  }

  // The open file as it was last read or saved: {text, file, digest}; null where it is none. Undo to another file brings that one's back.
  get saved() {
    return this.known.get(this.held.file) ?? null;
  }

  set saved(found) {
    if (found) this.known.set(found.file, found);
    else this.known.delete(this.held.file);
  }

  draft() {
    const { file, settings } = this.held;
    return { text: this.text, file, name: nameOf(file), settings };
  }

  // One change that can be undone, unless it is the design that the page begins with. Give only what changes.
  // `live`: a knob on its way, of which only the end is kept in the history.
  edit({ text, settings, file }, label = "edit", { live = false, selection } = {}) {
    if (file !== undefined && (text !== undefined && file === "" || file !== this.held.file)) this.emit("leave");
    const before = this.held;
    const after = { file: file ?? before.file, settings: settings ?? before.settings };
    if (live) {
      this.moving = after;
      this.emit("draft", { typed: false, held: true });
      return;
    }
    this.moving = null;
    const specs = { annotations: [Transaction.userEvent.of(`studio.${label}`), isolateHistory.of("full")], effects: [] };
    if (text !== undefined && text !== this.text) specs.changes = differences(this.text, this.editor.state.toText(text).toString());
    if (selection !== undefined) Object.assign(specs, { selection, scrollIntoView: true });
    const kept = this.held;
    if (after.file !== kept.file || after.settings !== kept.settings) specs.effects.push(setHeld.of(after));
    if (!this.begun && !this.text) specs.annotations.push(Transaction.addToHistory.of(false));
    this.begun = true;
    this.editor.dispatch(specs);
  }

  // Sets a knob; its default is no setting.
  set(name, value, { live = false } = {}) {
    const settings = { ...this.held.settings };
    const knob = this.answer?.bill.knobs.find((one) => one.name === name);
    if (value === undefined || value === knob?.default) delete settings[name];
    else settings[name] = value;
    this.edit({ settings }, `set ${name}`, { live });
  }

  // -- panes hear of each other ------------------------------------------------------------------------------------------------

  on(event, listener) {
    if (!this.listeners.has(event)) this.listeners.set(event, new Set());
    this.listeners.get(event).add(listener);
    return () => this.listeners.get(event).delete(listener);
  }

  emit(event, value) {
    for (const listener of this.listeners.get(event) ?? []) listener(value);
  }

  ask(name, given, options) {
    return this.connection.ask(name, given, options);
  }

  // Something that a person can do: in the palette of commands, and by its keys ("Mod-s").
  command({ id, title, keys = "", run }) {
    this.commands.set(id, { id, title, keys, run });
  }

  // -- messages ----------------------------------------------------------------------------------------------------------------

  say(words, kind = "") {
    const place = document.getElementById("said");
    place.textContent = words;
    place.className = kind;
    clearTimeout(this.quiet);
    if (kind !== "error") this.quiet = setTimeout(() => { place.textContent = ""; }, 6000);
  }

  // Asks the person: the value of the action that was chosen, null where the dialog was closed.
  dialog({ title, body, actions = [["close", "Close"]], wide = false }) {
    const buttons = actions.map(([value, words], index) => el("button", { value, type: "submit", class: index ? undefined : "chief" }, words));
    const made = el("dialog", { "aria-label": title, class: wide ? "wide" : undefined },
      el("form", { method: "dialog" }, el("h2", {}, title), el("div", { class: "body" }, body), el("div", { class: "actions" }, buttons)));
    document.body.append(made);
    made.showModal();
    return new Promise((resolve) => {
      made.addEventListener("close", () => {
        made.remove();
        resolve(made.returnValue || null);
      });
    });
  }
}

export const nameOf = (file) => (file ? file.replace(/^zoo:/, "").split("/").pop().replace(/(\.ya?ml)?$/, (ending) => ending || ".yaml") : "untitled.yaml");
export const isZoo = (file) => file.startsWith("zoo:");
export { EditorState };
