// Opening: the specs below the folders and the networks of the zoo, in their folders or found by parts of their names.

import { el } from "./dom.js";
import { Tree } from "./tree.js";

export function mountOpen(studio, told) {
  // Whether what is typed may be left: the browser keeps a draft of it, or the person does without.
  async function leaves() {
    if (!studio.touched || !studio.unsaved() || !studio.text.trim() || studio.drafts.works) return true;
    const body = el("p", {}, "This one is not saved, and the browser keeps no draft of it. Undo brings it back.");
    return (await studio.dialog({ title: "Open another design?", body, actions: [["open", "Open"], ["", "Stay here"]] })) === "open";
  }

  async function open() {
    const { files, folders, more, zoo } = await studio.ask("file.list", {});
    const typed = new Set((await studio.drafts.free()).map((one) => one.file));
    const query = el("input", { type: "search", placeholder: "Part of a name", "aria-label": "Find a spec" });
    const choose = told(async (one) => {
      if (one.kind === "folder") { query.focus(); return; }
      made.close();
      const left = studio.touched && studio.unsaved() && studio.text.trim() ? studio.held.file || "the design without a name" : "";
      if (!(await leaves())) return;
      await studio.open(one.path);
      if (left && left !== one.path) studio.say(`What you typed in ${left} is kept as a draft.`);
      studio.show("diagram");
    });
    const drafted = (one) => ({ ...one, ...(typed.has(one.file) && { hint: "unsaved draft" }) });
    const tree = new Tree("open-list", "Specs", { files: files.map(drafted), folders: filled(files, folders), zoo }, choose);
    const made = el("dialog", { class: "commands", "aria-label": "Open" }, query, tree.root,
      more ? el("p", { class: "hint" }, "There are more specs than are listed; start the studio in a folder nearer to them.") : "");
    tree.follow(query);
    query.addEventListener("input", () => tree.find(query.value, 0));
    made.addEventListener("close", () => made.remove());
    made.addEventListener("click", (event) => { if (event.target === made) made.close(); });
    document.body.append(made);
    made.showModal();
    tree.find("", 0);
  }
  studio.command({ id: "open", title: "Open…", keys: "Mod-o", run: told(open) });
}

// Folders with specs in them or below.
const filled = (files, folders) => folders.filter((folder) => files.some((one) => one.file.startsWith(`${folder}/`)));
