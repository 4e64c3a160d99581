// The text of the spec: highlighting, what each line costs, and the mistakes at their places.

import {
  Decoration, EditorState, EditorView, GutterMarker, HighlightStyle, Prec, RangeSet, StateEffect, StateField, bracketMatching, closeBrackets,
  closeBracketsKeymap, defaultKeymap, drawSelection, dropCursor, foldGutter, foldKeymap, gutter, highlightActiveLine,
  highlightActiveLineGutter, highlightSelectionMatches, highlightSpecialChars, history, historyKeymap, indentOnInput, indentWithTab, keymap,
  lineNumbers, rectangularSelection, search, searchKeymap, syntaxHighlighting, tags, yaml,
} from "./codemirror.min.js";
import { byId } from "./dom.js";
import { held, holding } from "./state.js";

const colours = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], class: "tok-key" },
  { tag: [tags.string, tags.special(tags.string)], class: "tok-string" },
  { tag: [tags.number, tags.bool, tags.null], class: "tok-number" },
  { tag: [tags.comment, tags.lineComment], class: "tok-comment" },
  { tag: [tags.punctuation, tags.separator, tags.squareBracket, tags.brace], class: "tok-mark" },
  { tag: [tags.keyword, tags.labelName, tags.typeName], class: "tok-anchor" },
]);

// -- what each line costs ----------------------------------------------------------------------------------------------------------

class Cost extends GutterMarker {
  constructor(words, title) {
    super();
    this.words = words;
    this.title = title;
  }

  eq(other) {
    return other.words === this.words && other.title === this.title;
  }

  toDOM() {
    const made = document.createElement("span");
    made.textContent = this.words;
    made.title = this.title;
    return made;
  }
}

const setCosts = StateEffect.define();
const costs = StateField.define({
  create: () => RangeSet.empty,
  update(value, transaction) {
    let found = transaction.docChanged ? value.map(transaction.changes) : value;
    for (const effect of transaction.effects) if (effect.is(setCosts)) found = effect.value;
    return found;
  },
});
const costGutter = gutter({
  class: "cm-costs",
  markers: (view) => view.state.field(costs),
  initialSpacer: () => new Cost("0.00M", ""),
});

const KINDS = ["MACs", "parameters", "peak memory", "latency"];

function showCosts(view, lines, which) {
  const { doc } = view.state;
  const markers = lines.filter(([line]) => line <= doc.lines).map(([line, ...words]) => {
    const title = words.map((word, index) => (word ? `${word} ${KINDS[index]}` : "")).filter(Boolean).join(", ");
    return new Cost(words[which] ?? "", title).range(doc.line(line).from);
  });
  view.dispatch({ effects: setCosts.of(RangeSet.of(markers, true)) });
}

// -- lines that belong to what is chosen in the diagram ------------------------------------------------------------------------------

const setChosen = StateEffect.define();
const chosen = StateField.define({
  create: () => Decoration.none,
  update(value, transaction) {
    let found = value.map(transaction.changes);
    for (const effect of transaction.effects) if (effect.is(setChosen)) found = effect.value;
    return found;
  },
  provide: (field) => EditorView.decorations.from(field),
});
const chosenLine = Decoration.line({ class: "cm-chosen" });

// -- the editor ----------------------------------------------------------------------------------------------------------------------

// A place of a mistake or a suggestion, whose lines and columns count from 0, in the text as it is now.
export function position(doc, line, column) {
  const at = doc.line(Math.min(doc.lines, Math.max(1, line + 1)));
  return Math.min(at.to, at.from + unitsOf(at.text, column));
}

// Columns of the server count characters, those of the editor units of UTF-16, of which some characters take two.
export const columnOf = (text, units) => [...text.slice(0, units)].length;
const unitsOf = (text, column) => ([...text].length === text.length ? column : [...text].slice(0, column).join("").length);

export function mountEditor(studio, extensions = []) {
  const told = EditorView.updateListener.of((update) => {
    const changed = update.startState.field(held) !== update.state.field(held);
    if (changed) studio.moving = null; // undo ends a move too
    if (update.docChanged || changed) studio.emit("draft", { typed: update.docChanged, held: changed });
    if (update.selectionSet && !update.docChanged) {
      studio.emit("select", { line: update.state.doc.lineAt(update.state.selection.main.head).number - 1, by: "editor" });
    }
  });
  const view = new EditorView({
    parent: byId("editor"),
    state: EditorState.create({
      doc: "",
      extensions: [
        holding, costs, chosen, told, extensions,
        costGutter, lineNumbers(), foldGutter(), highlightSpecialChars(), history(), drawSelection(), dropCursor(), indentOnInput(),
        bracketMatching(), closeBrackets(), rectangularSelection(), highlightActiveLine(), highlightActiveLineGutter(),
        highlightSelectionMatches(), search({ top: true }), yaml(), syntaxHighlighting(colours), EditorState.tabSize.of(2),
        EditorState.allowMultipleSelections.of(true),
        Prec.low(keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...searchKeymap, ...historyKeymap, ...foldKeymap, indentWithTab])),
        EditorView.contentAttributes.of({ "aria-label": "Text of the spec", tabindex: "0", spellcheck: "false", autocorrect: "off" }),
      ],
    }),
  });
  studio.editor = view;

  const which = () => ({ params: 1, memory: 2 })[studio.colour] ?? (studio.colour?.startsWith("latency") ? 3 : 0);
  const cost = () => { if (studio.answer) showCosts(view, studio.answer.bill.lines, which()); };
  studio.on("bill", cost);
  studio.on("colour", cost);
  studio.on("select", ({ lines, by }) => {
    if (by === "editor") { view.dispatch({ effects: setChosen.of(Decoration.none) }); return; }
    if (!lines) return;
    const { doc } = view.state;
    const listed = [...new Set(lines)].filter((line) => line < doc.lines).sort((a, b) => a - b);
    const marks = listed.map((line) => chosenLine.range(doc.line(line + 1).from));
    const effects = [setChosen.of(Decoration.set(marks))];
    if (marks.length) effects.push(EditorView.scrollIntoView(marks[0].from, { y: "nearest", yMargin: 60 }));
    view.dispatch({ effects });
  });
  return view;
}

// Puts the cursor at a place and the keys into the editor.
export function goTo(studio, line, column = 0) {
  const { editor } = studio;
  const at = position(editor.state.doc, line, column);
  editor.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: "center" }) });
  editor.focus();
}
