// Saving under another name.

import { el } from "./dom.js";
import { isZoo, nameOf } from "./state.js";

export function mountSaveAs(studio, told) {
  studio.saveAs = async () => {
    const { file } = studio.held;
    const field = el("input", { type: "text", value: isZoo(file) || !file ? nameOf(file) : file, "aria-label": "Name of the file", spellcheck: "false", autocomplete: "off" });
    const hint = el("p", { class: "hint" }, `Below ${studio.start.folders.join(" or ")}; it ends in .yaml.`);
    setTimeout(() => field.select());
    const done = await studio.dialog({ title: "Save as", body: el("div", { class: "field" }, field, hint), actions: [["save", "Save"], ["", "Cancel"]] });
    if (done !== "save") return false;
    const name = /\.ya?ml$/i.test(field.value.trim()) ? field.value.trim() : `${field.value.trim()}.yaml`;
    const made = await studio.finished();
    const known = studio.known.get(name) ?? { text: "", digest: "" };
    return made !== null && studio.write(name, made.text, known.digest, known.text, made.note);
  };
  studio.command({ id: "save-as", title: "Save as…", keys: "Mod-Shift-s", run: told(studio.saveAs) });
}
