// Saving under another name: the folders and files that are there, and what the name that is typed would do.

import { el } from "./dom.js";
import { isZoo, nameOf } from "./state.js";
import { Tree, fate } from "./tree.js";

export function mountSaveAs(studio, told) {
  studio.saveAs = async () => {
    const { file } = studio.held, listing = await studio.ask("file.list", {});
    const field = el("input", { type: "text", value: isZoo(file) || !file ? nameOf(file) : file, "aria-label": "Name of the file" });
    const says = el("p", { class: "hint", id: "save-as-says", role: "status" });
    const follow = () => {
      const found = fate(listing, field.value);
      says.textContent = found.wrong ?? found.words;
      says.classList.toggle("error", Boolean(found.wrong));
    };
    const select = () => field.setSelectionRange(field.value.lastIndexOf("/") + 1, field.value.replace(/\.ya?ml$/i, "").length);
    const tree = new Tree("save-as-tree", "Folders and files", { ...listing, zoo: [] }, (one) => {
      const bare = field.value.split("/").pop();
      field.value = one.kind === "folder" ? `${one.path}/${bare}` : one.path;
      tree.at = -1; // the next Enter saves
      tree.show();
      follow();
      field.focus();
      select();
    });
    tree.follow(field);
    field.addEventListener("input", () => { tree.at = -1; tree.show(); follow(); });
    field.setAttribute("aria-describedby", "save-as-says");
    follow();
    setTimeout(select);
    const where = el("p", { class: "hint" }, `Below ${studio.start.folders.join(" or ")}`);
    const done = await studio.dialog({ title: "Save as", body: el("div", { class: "field" }, field, says, tree.root, where), actions: [["save", "Save"], ["", "Cancel"]] });
    if (done !== "save") return false;
    const { wrong, name, fresh } = fate(listing, field.value);
    if (wrong) throw new Error(wrong);
    // it may have come since the list was made
    const there = name === studio.saved?.file ? studio.saved : await studio.ask("file.read", { file: name }).catch(() => null);
    if (there && there !== studio.saved) {
      const body = el("p", {}, `${name} is there already. What is in it now is lost when it is replaced.`);
      if ((await studio.dialog({ title: `Replace ${nameOf(name)}?`, body, actions: [["replace", "Replace"], ["", "Cancel"]] })) !== "replace") return false;
    }
    const made = await studio.finished();
    if (made === null) return false;
    const note = [fresh && `The folder ${fresh} was made for it.`, made.note].filter(Boolean).join(" ");
    return studio.write(name, made.text, there?.digest ?? "", there?.text ?? "", note);
  };
  studio.command({ id: "save-as", title: "Save as…", keys: "Mod-Shift-s", run: told(studio.saveAs) });
}
