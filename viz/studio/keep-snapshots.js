// Snapshots: designs with a note, kept below the folder.

import { EditorState, EditorView, MergeView, lineNumbers, yaml } from "./codemirror.min.js";
import { byId, el } from "./dom.js";
import { nameOf } from "./state.js";

const WORDS = { params: "parameters", macs: "MACs" };

export function mountSnapshots(studio, told) {
  const note = el("input", { type: "text", placeholder: "What is it about?", "aria-label": "Note of the new snapshot", maxlength: 2000 });
  const list = el("ul", { class: "snapshots" });
  const drawer = el("section", { id: "snapshots", "aria-label": "Snapshots", hidden: true },
    el("div", { class: "bar" }, el("h2", {}, "Snapshots"), el("button", { "aria-label": "Close snapshots", onclick: () => toggle(false) }, "×")),
    el("form", { class: "add", onsubmit: (event) => { event.preventDefault(); add(); } }, note, el("button", { class: "chief" }, "Keep")), list);
  drawer.addEventListener("keydown", (event) => { if (event.key === "Escape") toggle(false); });
  byId("panes").append(drawer);

  const add = told(async () => {
    await studio.ask("snapshot.add", { draft: studio.draft(), note: note.value });
    note.value = "";
    await fill();
    studio.say("The design is kept as a snapshot.");
  });
  const load = told(async (one) => {
    const { text, file, settings } = await studio.ask("snapshot.load", { name: one.name });
    await studio.learn(file);
    studio.edit({ text, file, settings }, "snapshot");
  });
  const remove = told(async (one) => {
    const body = el("p", {}, one.note || one.title || one.name);
    if ((await studio.dialog({ title: "Delete this snapshot?", body, actions: [["delete", "Delete"], ["", "Keep it"]] })) !== "delete") return;
    await studio.ask("snapshot.delete", { name: one.name });
    await fill();
  });
  const rename = told(async (one, words) => {
    if (words === one.note) return;
    await studio.ask("snapshot.note", { name: one.name, note: words });
    one.note = words.trim();
  });
  const compare = told(async (one) => {
    const { text, settings } = await studio.ask("snapshot.load", { name: one.name });
    const host = el("div", { class: "merge" });
    const side = (doc, words) => ({ doc, extensions: [yaml(), lineNumbers(), EditorState.readOnly.of(true),
      EditorView.contentAttributes.of({ "aria-label": words, tabindex: "0" })] });
    const view = new MergeView({ parent: host, a: side(text, "The snapshot"), b: side(studio.text, "The design"), collapseUnchanged: { margin: 3, minSize: 6 } });
    const said = (values) => Object.entries(values).map(([name, value]) => `${name}=${value}`).join(", ") || "defaults";
    const heads = el("div", { class: "merge-heads" }, el("h3", {}, "the snapshot"), el("h3", {}, "the design"),
      el("p", { class: "hint" }, said(settings)), el("p", { class: "hint" }, said(studio.held.settings)));
    await studio.dialog({ title: one.note || one.title || "Snapshot", wide: true, body: el("div", {}, heads, host) });
    view.destroy();
  });

  const item = (one) => el("li", { class: "snapshot" },
    el("input", { class: "note", value: one.note, placeholder: "no note", maxlength: 2000, "aria-label": `Note of ${one.title || one.name}`, onchange: (event) => rename(one, event.target.value) }),
    el("p", { class: "hint" }, [one.title || nameOf(one.file), new Date(one.time).toLocaleString()].join(", ")),
    el("p", { class: "hint" }, ["params", "macs"].filter((name) => one.totals[name]).map((name) => `${one.totals[name].words} ${WORDS[name]}`).join(", ") || "had mistakes"),
    el("div", { class: "tools" }, el("button", { onclick: () => load(one) }, "Load"), el("button", { onclick: () => compare(one) }, "Compare"),
      el("button", { onclick: () => remove(one) }, "Delete")));
  async function fill() {
    const { snapshots, broken } = await studio.ask("snapshot.list", {});
    list.replaceChildren(...snapshots.map(item), ...broken.map((one) => el("li", { class: "snapshot" },
      el("p", { class: "error" }, one.why), el("div", { class: "tools" }, el("button", { onclick: () => remove(one) }, "Delete")))));
    if (!snapshots.length && !broken.length) list.append(el("li", { class: "hint" }, "None yet. A snapshot keeps text, settings and totals."));
  }
  const toggle = told(async (wanted = drawer.hidden) => {
    drawer.hidden = !wanted;
    if (!wanted) { studio.editor.focus(); return; }
    note.focus();
    await fill();
  });
  studio.command({ id: "snapshots", title: "Snapshots", keys: "Alt-s", run: () => toggle() });
}
