// Keeping: open, save, what is typed and not saved, snapshots, links, files that are made and dropped.

import { byId, el } from "./dom.js";
import { Drafts, listed, whichOf } from "./drafts.js";
import { conflict } from "./keep-conflict.js";
import { mountExchange } from "./keep-exchange.js";
import { linked, mountShare } from "./keep-link.js";
import { mountOpen } from "./keep-open.js";
import { mountSaveAs } from "./keep-save-as.js";
import { askedAbout, keepSettings, mountSettings } from "./keep-settings.js";
import { mountSnapshots } from "./keep-snapshots.js";
import { isZoo } from "./state.js";

const SOON = 250; // milliseconds after the last change in which a draft is kept

export function mountKeep(studio) {
  const drafts = new Drafts((...words) => studio.say(...words));
  studio.drafts = drafts;
  document.head.append(el("link", { rel: "stylesheet", href: "studio/keep.css" }));

  const told = (work) => async (...args) => {
    try { return await work(...args); } catch (error) { studio.say(error.message, "error"); return false; }
  };

  // -- reading and saving ------------------------------------------------------------------------------------------------------------

  // Puts a file of the folders or the zoo into the page; where there is a draft of it that is not saved, asks which of the two.
  studio.open = async (file, settings = {}) => {
    const real = await studio.ask("file.read", { file });
    const all = (await drafts.free()).filter((one) => one.file === file);
    const free = all.filter((one) => one.text !== real.text || Object.keys(one.settings).length);
    for (const one of all) if (one.owner !== drafts.tab && !free.includes(one)) drafts.drop(one.key); // the file says all of it
    let found = free.find((one) => !one.aside);
    if (found?.owner === drafts.tab) found = drafts.aside(found); // until it is decided, so that no draft of the file takes its place
    studio.saved = { text: real.text, digest: real.digest, file };
    studio.edit({ text: real.text, file, settings }, "open");
    studio.emit("saved");
    if (found && await whichOf(studio, file, found)) await take(found, real);
    else if (found && !found.aside) drafts.aside(found);
    else if (free.length) studio.say(`${file} has a draft that is not saved: see “Unsaved drafts” among the commands.`);
  };

  // Goes on with a draft. `real`: its file as it is now, null where there is none.
  async function take(found, real) {
    if (found.key && found.owner !== drafts.tab) drafts.drop(found.key);
    if (real) studio.saved = { text: real.text, digest: real.digest, file: found.file };
    studio.edit({ text: found.text, file: found.file, settings: found.settings }, "restore");
    studio.emit("saved");
    store();
    if (!real || !found.digest || real.digest === found.digest || real.text === found.text) return;
    const chosen = await conflict(studio, { file: found.file, base: found.base, mine: found.text, theirs: real.text });
    if (chosen?.take) studio.edit({ text: real.text }, "load");
    else if (chosen) studio.edit({ text: chosen.text }, "merge");
    studio.emit("saved");
  }

  // Reads what is saved of a file that the page has not seen.
  studio.learn = async (file) => {
    const real = file && !studio.known.has(file) ? await studio.ask("file.read", { file }).catch(() => null) : null;
    if (real) studio.known.set(file, { text: real.text, digest: real.digest, file });
  };

  const fileOf = (found) => (found.file ? studio.ask("file.read", { file: found.file }).catch(() => null) : null);

  // Writes a text to a file, and asks where that has changed meanwhile.
  studio.write = async (file, text, expected, base, note = "") => {
    const done = await studio.ask("file.save", { file, text, expected });
    if (done.saved || done.theirs === text) { // the answer to the first of two tries may have been lost
      const before = studio.held.file;
      studio.saved = { text, digest: done.digest, file };
      if (before !== file) {
        studio.edit({ file }, "save");
        drafts.forget(before);
      }
      studio.emit("saved");
      store();
      const names = Object.keys(studio.held.settings);
      studio.say([`${file} is saved${names.length ? `; moved knobs are not in its text (${names.join(", ")})` : ""}.`, note].filter(Boolean).join(" "));
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
    return studio.write(file, chosen.text, done.digest, done.theirs ?? "");
  };

  // The text as it is to be saved: settings in it, if that is wanted, and tables aligned. Null where the person would rather not save.
  studio.finished = async () => {
    const settings = await askedAbout(studio);
    if (settings === null) return null;
    const notes = settings === "keep" ? await keepSettings(studio).catch((error) => [error.message]) : [];
    const before = studio.text;
    const { text, why } = await studio.ask("edit.format", { draft: studio.draft() });
    if (studio.text !== before) return { text: studio.text, note: notes.join(" ") }; // it was typed on; the next time is soon enough
    studio.edit({ text }, "align");
    if (why) notes.push(`Its tables are not aligned: ${why}`);
    return { text: studio.text, note: notes.join(" ") };
  };

  async function save() {
    const { file } = studio.held;
    if (!file || isZoo(file)) return studio.saveAs();
    const made = await studio.finished();
    const known = studio.saved ?? { text: "", digest: "" };
    return made !== null && studio.write(file, made.text, known.digest, known.text, made.note);
  }
  studio.command({ id: "save", title: "Save", keys: "Mod-s", run: told(save) });

  // -- what is typed and not saved ---------------------------------------------------------------------------------------------------

  let waiting = 0;
  function store() {
    clearTimeout(waiting);
    waiting = 0;
    const { file, settings } = studio.held;
    const nothing = file ? !studio.unsaved() && !Object.keys(settings).length : !studio.text.trim();
    if (nothing) drafts.forget(file);
    else drafts.keep(present());
  }
  const present = () => ({ file: studio.held.file, settings: studio.held.settings, text: studio.text, digest: studio.saved?.digest, base: studio.saved?.text });

  // Before another design takes the place of this one: its draft is kept, and one that has no file is put aside.
  function leave() {
    if (waiting) store();
    const found = studio.held.file === "" && drafts.mine("");
    if (found && studio.text.trim()) drafts.aside(found);
  }
  studio.on("leave", leave);
  window.addEventListener("pagehide", () => { if (waiting) store(); });
  window.addEventListener("beforeunload", (event) => { if (studio.text.trim() && studio.unsaved() && studio.touched) event.preventDefault(); });

  // The address says which file is open, so that loading it again finds the same.
  function address() {
    const found = new URL(location.href), { file } = studio.held;
    if ((found.searchParams.get("file") ?? studio.start.spec) === file) return;
    found.searchParams.set("file", file);
    history.replaceState(null, "", found);
  }

  // What the page begins with: a link, what this tab held, a file, or nothing. Gives whether there is a design.
  studio.begin = async (wanted) => {
    await drafts.begin();
    const design = await linked(studio);
    const found = drafts.mine(design ? "" : wanted);
    try {
      if (design && found) drafts.aside(found);
      if (design) studio.edit({ ...design, file: "" }, "link");
      else if (found) {
        await take(found, await fileOf(found));
        if (studio.unsaved()) studio.say("What you typed and did not save is here again.");
      } else if (wanted) await studio.open(wanted);
    } catch (error) { studio.say(error.message, "error"); }
    address();
    studio.on("draft", ({ typed, held }) => {
      if (!typed && !held) return;
      studio.touched = true;
      clearTimeout(waiting);
      waiting = setTimeout(store, SOON);
      if (held) address();
    });
    return Boolean(studio.text);
  };

  studio.command({ id: "drafts", title: "Unsaved drafts…", run: told(() => listed(studio, drafts, async (found) => take(found, await fileOf(found)))) });

  mountSettings(studio, told);
  mountSaveAs(studio, told);
  mountOpen(studio, told);
  mountSnapshots(studio, told);
  mountShare(studio, told);
  mountExchange(studio, told);
  const button = (id, words) => el("button", { onclick: () => studio.commands.get(id).run() }, words);
  byId("actions").prepend(button("open", "Open"), button("save", "Save"), button("snapshots", "Snapshots"), button("share", "Share"), button("export", "Export"));
}
