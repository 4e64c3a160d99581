// Help while the text is typed: what may stand at the cursor, what stands under the pointer, and what mends a mistake.

import {
  EditorView, Prec, Transaction, acceptCompletion, autocompletion, completionStatus, hoverTooltip, isolateHistory, keymap, nextDiagnostic,
  previousDiagnostic, diagnosticCount, setDiagnostics, startCompletion,
} from "./codemirror.min.js";
import { el } from "./dom.js";
import { columnOf, position } from "./editor.js";

const AGAIN = "The text has changed since; its mistakes are being looked for again.";
const WORD = /[\w$./]+$/;
const ICONS = { operator: "function", block: "class", argument: "property", key: "keyword", knob: "variable", name: "variable", function: "method", value: "constant", label: "text", file: "namespace" };

// -- what may stand here ---------------------------------------------------------------------------------------------------------------

function completion(studio) {
  return async (context) => {
    const word = context.matchBefore(WORD);
    if (!context.explicit && (!word || /^[\d.]/.test(word.text))) return null;
    const { doc } = context.state, line = doc.lineAt(context.pos);
    const found = await asked(studio, "complete", doc, context.pos, "complete");
    if (!found || context.aborted) return null;
    const from = position(doc, line.number - 1, found.from);
    return { from, options: found.options.map(option), validFor: /^[\w$./]*$/ };
  };
}

function option(one, index) {
  return {
    label: one.label, detail: one.detail, type: ICONS[one.kind], boost: 99 - Math.min(198, index),
    info: one.doc ? () => told(one.detail ? `${one.label}: ${one.detail}` : one.label, one.doc) : undefined,
    apply: (view, _, from, to) => {
      const more = (one.edits ?? []).map((edit) => change(view.state.doc, edit));
      const changes = view.state.changes([{ from, to, insert: one.apply }, ...more]);
      const anchor = changes.mapPos(from, -1) + one.apply.length;
      view.dispatch({ changes, selection: { anchor }, scrollIntoView: true, annotations: Transaction.userEvent.of("input.complete") });
    },
  };
}

const asked = (studio, name, doc, pos, key) => {
  const line = doc.lineAt(pos);
  const place = { line: line.number - 1, column: columnOf(line.text, pos - line.from) };
  return studio.ask(name, { draft: studio.draft(), ...place }, { key }).catch(() => null);
};

// -- what stands here ----------------------------------------------------------------------------------------------------------------

function told(title, doc) {
  const [first, ...rest] = doc.split("\n");
  return el("div", { class: "told" }, el("strong", {}, title), el("p", {}, first), rest.length ? el("pre", {}, rest.join("\n").replace(/^\n+/, "")) : "");
}

function hovering(studio) {
  return hoverTooltip(async (view, pos) => {
    const { doc } = view.state, line = doc.lineAt(pos);
    if (!/[\w$]/.test(line.text[pos - line.from] ?? "") && !/[\w$]/.test(line.text[pos - line.from - 1] ?? "")) return null;
    const found = await asked(studio, "hover", doc, pos, "hover");
    if (!found) return null;
    const at = (column) => position(doc, line.number - 1, column);
    return { pos: at(found.from), end: at(found.to), above: false, create: () => ({ dom: told(found.title, found.doc) }) };
  });
}

// -- what mends a mistake -------------------------------------------------------------------------------------------------------------

const change = (doc, edit) => ({ from: position(doc, edit.line, edit.column), to: position(doc, edit.endLine, edit.endColumn), insert: edit.text });

// Makes the changes of a fix, as one step of the history. Those of a text that is typed on meanwhile are not made.
export function mend(studio, fix) {
  const { editor } = studio;
  if (studio.problemsOf !== studio.text) {
    studio.say(AGAIN);
    return;
  }
  const changes = fix.edits.map((edit) => change(editor.state.doc, edit));
  editor.dispatch({ changes, annotations: [Transaction.userEvent.of("studio.fix"), isolateHistory.of("full")], scrollIntoView: true });
  editor.focus();
}

// Marks the mistakes in the text, each with what would mend it.
function marks(studio, view, problems) {
  if (studio.problemsOf !== studio.text) return; // those of the text as it is now are on their way
  if (!problems.length && !diagnosticCount(view.state)) return;
  const { doc } = view.state;
  const found = problems.filter((one) => one.line !== undefined && one.here).map((one) => {
    const from = position(doc, one.line, one.column);
    return {
      from, to: Math.max(from, position(doc, one.endLine, one.endColumn)), severity: one.severity, message: one.message,
      renderMessage: () => el("div", { class: "told" }, el("span", {}, one.message), one.hint ? el("p", { class: "hint" }, one.hint) : ""),
      actions: one.fixes.map((fix) => ({ name: fix.title, apply: () => mend(studio, fix) })),
    };
  });
  view.dispatch(setDiagnostics(view.state, found.sort((a, b) => a.from - b.from)));
}

// The mistake at the cursor, otherwise the next one in the text that something mends.
function nearest(studio) {
  const { state } = studio.editor, at = state.selection.main.head;
  const here = studio.problems.filter((one) => one.here && one.line !== undefined && one.fixes.length);
  const line = state.doc.lineAt(at), column = columnOf(line.text, at - line.from), row = line.number - 1;
  const inside = here.find((one) => one.line === row && one.column <= column && column <= one.endColumn);
  return inside ?? here.find((one) => one.line === row) ?? here.find((one) => one.line > row) ?? here[0];
}

async function fixNearest(studio) {
  const one = nearest(studio);
  if (!one) { studio.say(studio.problems.length ? "No mistake here can be mended by itself." : "There are no mistakes."); return; }
  if (one.fixes.length === 1) { mend(studio, one.fixes[0]); return; }
  const actions = one.fixes.map((fix, index) => [`${index}`, fix.title]);
  const chosen = await studio.dialog({ title: "Mend this", body: el("p", {}, one.message), actions: [...actions, ["", "Leave it"]] });
  if (chosen) mend(studio, one.fixes[Number(chosen)]);
}

function goOn(studio, step) {
  if (!step(studio.editor)) { studio.say(studio.problemsOf === studio.text ? "There are no mistakes." : AGAIN); return; }
  const at = studio.editor.state.selection.main.from, { doc } = studio.editor.state;
  const one = studio.problems.find((found) => found.here && found.line !== undefined && position(doc, found.line, found.column) === at);
  if (one) studio.say([one.message, one.hint].filter(Boolean).join(" — "));
  studio.editor.focus();
}

// Extensions of the editor. What they ask and say goes through the studio.
export function suggest(studio) {
  studio.on("problems", (problems) => marks(studio, studio.editor, problems));
  studio.command({ id: "fix", title: "Mend the mistake at the cursor", keys: "Mod-.", run: () => fixNearest(studio) });
  studio.command({ id: "next-problem", title: "Go to the next mistake", keys: "F8", run: () => goOn(studio, nextDiagnostic) });
  studio.command({ id: "previous-problem", title: "Go to the mistake before", keys: "Shift-F8", run: () => goOn(studio, previousDiagnostic) });
  studio.command({ id: "suggest", title: "Suggest what may stand at the cursor", run: () => { studio.editor.focus(); startCompletion(studio.editor); } });
  const accept = { key: "Tab", run: (view) => completionStatus(view.state) === "active" && acceptCompletion(view) };
  return [
    autocompletion({ override: [completion(studio)], icons: true, activateOnTypingDelay: 60, maxRenderedOptions: 60 }),
    hovering(studio),
    Prec.highest(keymap.of([accept])),
    EditorView.contentAttributes.of({ "aria-autocomplete": "list" }),
  ];
}
