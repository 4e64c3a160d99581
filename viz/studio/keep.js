// Keeping: open, save, what is typed and not saved, snapshots, links, files that are made and dropped.

import { byId, el } from "./dom.js";
import { conflict } from "./keep-conflict.js";
import { mountExchange } from "./keep-exchange.js";
import { linked, mountShare } from "./keep-link.js";
import { mountOpen } from "./keep-open.js";
import { mountSnapshots } from "./keep-snapshots.js";
import { isZoo, nameOf } from "./state.js";

const OLDEST = 30 * 24 * 3600 * 1000; // milliseconds that a draft is kept which nobody came back for
const BEFORE = "archdsl-draft:";

// A name that each tab has for itself, so that two tabs with one file keep both drafts.
function tab() {
  let found = sessionStorage.getItem("archdsl-tab");
  if (!found) {
    found = Math.random().toString(36).slice(2);
    sessionStorage.setItem("archdsl-tab", found);
  }
  return found;
}

export function mountKeep(studio) {
  const place = `${BEFORE}${tab()}`;
  document.head.append(el("link", { rel: "stylesheet", href: "studio/keep.css" }));

  // -- reading and saving ------------------------------------------------------------------------------------------------------------

  // Puts a file of the folders or the zoo into the page.
  studio.open = async (file, settings = {}) => {
    const { text, digest } = await studio.ask("file.read", { file });
    studio.saved = { text, digest, file };
    studio.edit({ text, file, settings }, "open");
    studio.emit("saved");
  };

  const told = (work) => async (...args) => {
    try { return await work(...args); } catch (error) { studio.say(error.message, "error"); return false; }
  };

  async function write(file, text, expected, base) {
    const done = await studio.ask("file.save", { file, text, expected });
    if (done.saved) {
      studio.saved = { text, digest: done.digest, file };
      if (studio.held.file !== file) studio.edit({ file }, "save");
      studio.emit("saved");
      store();
      const { settings } = studio.held, names = Object.keys(settings);
      studio.say(`${file} is saved${names.length ? `; moved knobs are not in its text (${names.join(", ")})` : ""}`);
      return true;
    }
    const chosen = await conflict(studio, { file, base, mine: text, theirs: done.theirs });
    if (chosen === null) return false;
    if (chosen.take) {
      studio.saved = { text: done.theirs, digest: done.digest, file };
      studio.edit({ text: done.theirs, file }, "load");
      studio.emit("saved");
      return true;
    }
    studio.edit({ text: chosen.text }, "merge");
    return write(file, chosen.text, done.digest, done.theirs ?? "");
  }

  async function save() {
    const { file } = studio.held;
    if (!file || isZoo(file)) return saveAs();
    if (studio.commands.has("format")) await studio.commands.get("format").run();
    const known = studio.saved?.file === file ? studio.saved : { text: "", digest: "" };
    return write(file, studio.text, known.digest, known.text);
  }

  async function saveAs() {
    const { file } = studio.held;
    const field = el("input", { type: "text", value: isZoo(file) || !file ? nameOf(file) : file, "aria-label": "Name of the file", spellcheck: "false", autocomplete: "off" });
    const hint = el("p", { class: "hint" }, `Below ${studio.start.folders.join(" or ")}; it ends in .yaml.`);
    setTimeout(() => field.select());
    const done = await studio.dialog({ title: "Save as", body: el("div", { class: "field" }, field, hint), actions: [["save", "Save"], ["", "Cancel"]] });
    if (done !== "save") return false;
    const name = /\.ya?ml$/i.test(field.value.trim()) ? field.value.trim() : `${field.value.trim()}.yaml`;
    return write(name, studio.text, studio.saved?.file === name ? studio.saved.digest : "", studio.saved?.text ?? "");
  }

  studio.command({ id: "save", title: "Save", keys: "Mod-s", run: told(save) });
  studio.command({ id: "save-as", title: "Save as…", keys: "Mod-Shift-s", run: told(saveAs) });

  // -- what is typed and not saved ---------------------------------------------------------------------------------------------------

  function store() {
    try {
      const { file, settings } = studio.held;
      if (!studio.unsaved() && !Object.keys(settings).length) localStorage.removeItem(place);
      else {
        const { digest = "", text: base = "" } = studio.saved?.file === file ? studio.saved : {};
        localStorage.setItem(place, JSON.stringify({ file, settings, text: studio.text, digest, base, time: Date.now() }));
      }
    } catch { /* the browser keeps nothing for us, or no more */ }
  }
  let waiting = 0;
  const soon = () => { clearTimeout(waiting); waiting = setTimeout(store, 250); };
  window.addEventListener("pagehide", () => { if (waiting) store(); });
  window.addEventListener("beforeunload", (event) => { if (studio.text.trim() && studio.unsaved() && studio.touched) event.preventDefault(); });

  // What this tab held when it was left; null where it held nothing that is not saved.
  function kept() {
    for (const name of Object.keys(localStorage)) {
      if (!name.startsWith(BEFORE)) continue;
      let found = null;
      try { found = JSON.parse(localStorage.getItem(name)); } catch { /* broken, so it goes */ }
      if (!found || Date.now() - found.time > OLDEST) localStorage.removeItem(name);
    }
    try {
      const found = JSON.parse(localStorage.getItem(place));
      return typeof found?.text === "string" && typeof found.file === "string" && typeof found.settings === "object" ? found : null;
    } catch { return null; }
  }

  async function restore(found, wanted) {
    const real = found.file && found.file === wanted ? await studio.ask("file.read", { file: wanted }).catch(() => null) : null;
    studio.saved = real && { text: real.text, digest: real.digest, file: wanted };
    const both = real && found.digest && real.digest !== found.digest && real.text !== found.text;
    const ours = { text: found.text, file: found.file, settings: found.settings };
    if (!both) {
      studio.edit(ours, "restore");
      studio.emit("saved");
      if (studio.unsaved()) studio.say("What you typed and did not save is here again.");
      return;
    }
    studio.edit({ ...ours, text: found.text }, "restore");
    const chosen = await conflict(studio, { file: wanted, base: found.base, mine: found.text, theirs: real.text });
    if (chosen?.take) studio.edit({ text: real.text }, "load");
    else if (chosen) studio.edit({ text: chosen.text }, "merge");
    studio.emit("saved");
  }

  // What the page begins with: a link, what this tab held, a file, or nothing. Gives whether there is a design.
  studio.begin = async (wanted) => {
    const design = await linked(studio);
    const found = kept();
    try {
      if (design) studio.edit({ ...design, file: "" }, "link");
      else if (found && found.file === (wanted || found.file)) await restore(found, wanted || found.file);
      else if (wanted) await studio.open(wanted);
    } catch (error) { studio.say(error.message, "error"); }
    studio.on("draft", ({ typed, held }) => { if (typed || held) { studio.touched = true; soon(); } });
    return Boolean(studio.text);
  };

  mountOpen(studio, told);
  mountSnapshots(studio, told);
  mountShare(studio, told);
  mountExchange(studio, told);
  const button = (id, words) => el("button", { onclick: () => studio.commands.get(id).run() }, words);
  byId("actions").prepend(button("open", "Open"), button("save", "Save"), button("snapshots", "Snapshots"), button("share", "Share"), button("export", "Export"));
}
