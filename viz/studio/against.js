// What changes are told against: the file as saved, nothing, or another design: of the folders, the zoo, or a snapshot.

import { el } from "./dom.js";
import { nameOf } from "./state.js";
import { Tree } from "./tree.js";

const USUAL = [["saved", "the file as saved"], ["", "nothing"]];

export function mountAgainst(studio) {
  const known = new Map(USUAL);
  const select = el("select", { id: "against", "aria-label": "Changes against", onchange: () => use(select.value) });
  const fill = () => {
    select.replaceChildren(...[...known].map(([value, words]) => el("option", { value }, words)));
    select.value = studio.baseline;
  };
  const use = (value) => {
    studio.baseline = value;
    fill();
    studio.emit("counting");
  };
  studio.on("baselines", (more) => {
    for (const [value, words] of more) known.set(value, words);
    fill();
  });

  // A file or snapshot as it is now.
  async function draft(value) {
    if (!value.startsWith("snapshot:")) {
      const { text } = await studio.ask("file.read", { file: value });
      return { text, file: value, name: nameOf(value), settings: {} };
    }
    const { text, file, settings } = await studio.ask("snapshot.load", { name: value.slice("snapshot:".length) });
    return { text, file, name: nameOf(file), settings };
  }

  async function choose() {
    const [listing, { snapshots }] = await Promise.all([studio.ask("file.list", {}), studio.ask("snapshot.list", {})]);
    const query = el("input", { type: "search", placeholder: "Part of a name", "aria-label": "Find a design" });
    const named = snapshots.map((one) => ({ name: one.note || one.title || one.name, path: `snapshot:${one.name}`, hint: new Date(one.time).toLocaleString() }));
    let chosen = null;
    const tree = new Tree("against-list", "Designs", { ...listing, snapshots: named }, (one) => {
      if (one.kind === "folder") { query.focus(); return; }
      chosen = one;
      made.close();
    });
    const made = el("dialog", { class: "commands", "aria-label": "Changes against" }, query, tree.root);
    tree.follow(query);
    query.addEventListener("input", () => tree.find(query.value, 0));
    made.addEventListener("click", (event) => { if (event.target === made) made.close(); });
    document.body.append(made);
    made.showModal();
    tree.find("", 0);
    await new Promise((resolve) => made.addEventListener("close", resolve));
    made.remove();
    if (!chosen) return;
    try {
      if (!chosen.path.startsWith("zoo:")) studio.baselines.set(chosen.path, await draft(chosen.path));
      known.set(chosen.path, chosen.path.includes(":") ? chosen.name : chosen.path);
      use(chosen.path);
    } catch (error) { studio.say(error.message, "error"); }
  }
  studio.on("saved", async () => { // another tab, or this one, may have saved it anew
    const { file } = studio.held;
    if (!studio.baselines.has(file) || !studio.saved) return;
    studio.baselines.set(file, { text: studio.saved.text, file, name: nameOf(file), settings: {} });
    studio.emit("counting");
  });

  const run = () => choose().catch((error) => studio.say(error.message, "error"));
  studio.command({ id: "against", title: "Changes: tell them against another design…", run });
  fill();
  return el("div", { class: "against" }, el("label", { for: "against" }, "Against"), select,
    el("button", { title: "Another design: a file, a network of the zoo or a snapshot", "aria-label": "Choose another baseline", onclick: run }, "…"));
}
