// A file that changed on disk while it was edited here: both texts beside each other, and one made of both.

import { EditorState, EditorView, MergeView, diff3Merge, lineNumbers, yaml } from "./codemirror.min.js";
import { el } from "./dom.js";

// The text that has the changes of both. Where both changed the same lines, mine stay, and `places` says which lines those are, from 1.
export function merged(base, mine, theirs) {
  const lines = [], places = [];
  const [a, o, b] = [mine, base, theirs].map((text) => text.split("\n"));
  for (const part of diff3Merge(a, o, b, { excludeFalseConflicts: true })) {
    if (part.ok) { lines.push(...part.ok); continue; }
    places.push([lines.length + 1, lines.length + Math.max(1, part.conflict.a.length)]);
    lines.push(...part.conflict.a);
  }
  return { text: lines.join("\n"), places };
}

// Asks what to do: {take: true} for the file as it is, {text} for what is to be saved, null for neither.
export async function conflict(studio, { file, base, mine, theirs }) {
  if (theirs === null) {
    const body = el("p", {}, `${file} was deleted or moved meanwhile. Your design is still here.`);
    const done = await studio.dialog({ title: "The file is gone", body, actions: [["save", "Save it again"], ["", "Not now"]] });
    return done === "save" ? { text: mine } : null;
  }
  const { text, places } = merged(base, mine, theirs);
  const words = places.length
    ? `Both changed ${places.map(([from, to]) => (from === to ? `line ${from}` : `lines ${from} to ${to}`)).join(", ")}; yours are kept there. Arrows take those of the file.`
    : "The changes do not touch each other, and the text on the right has both.";
  const look = EditorView.theme({ "&": { fontSize: ".875rem" } });
  const host = el("div", { class: "merge" });
  const view = new MergeView({
    parent: host,
    a: { doc: theirs, extensions: [yaml(), lineNumbers(), look, EditorState.readOnly.of(true), EditorView.contentAttributes.of({ "aria-label": "The file as it is now", tabindex: "0" })] },
    b: { doc: text, extensions: [yaml(), lineNumbers(), look, EditorView.contentAttributes.of({ "aria-label": "What will be saved", tabindex: "0" })] },
    revertControls: "a-to-b",
    collapseUnchanged: { margin: 3, minSize: 6 },
  });
  const heads = el("div", { class: "merge-heads" }, el("h3", {}, "the file as it is now"), el("h3", {}, "yours, with its changes"));
  const done = await studio.dialog({
    title: `${file} changed while you edited it`, wide: true, body: el("div", {}, el("p", {}, words), heads, host),
    actions: [["save", "Keep the text on the right"], ["mine", "Keep mine as it was"], ["take", "Take the file"], ["", "Cancel"]],
  });
  const made = view.b.state.doc.toString();
  view.destroy();
  return { save: { text: made }, mine: { text: mine }, take: { take: true } }[done] ?? null;
}
