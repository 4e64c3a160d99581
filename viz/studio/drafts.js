// What is typed and not saved, kept in the browser: one draft for every file and tab, so that no file and no tab takes another's place.
//
// A draft is {file, settings, text, digest, base, time}: `base` is the file that it was made from, "" where there was none. Its owner
// is the tab that has it open; a tab that is gone leaves its drafts to whoever opens the file. What was put aside has no tab.

import { el } from "./dom.js";
import { nameOf } from "./state.js";

const BEFORE = "archdsl-draft:", TAB = "archdsl-tab", ASIDE = "aside-";
const ROOM = 3e6; // letters of all drafts together; browsers keep five million
const PATIENCE = 400; // milliseconds in which a page that is loaded again gives its name up

const made = () => Math.random().toString(36).slice(2);
const sized = (found) => found.text.length + found.base.length;
const onlyKnobs = (found) => found.text === found.base; // the text is in the file

function read(key) {
  try {
    const found = JSON.parse(localStorage.getItem(key));
    const whole = typeof found?.text === "string" && typeof found.file === "string" && typeof found.settings === "object" && found.settings;
    const owner = key.slice(BEFORE.length).split(":")[0];
    return whole ? { base: "", digest: "", time: 0, ...found, key, owner, aside: owner.startsWith(ASIDE) } : null;
  } catch { return null; }
}

export class Drafts {
  // `say`: tells the person what could not be kept.
  constructor(say) {
    this.say = say;
    this.works = true; // whether the browser keeps anything
    this.full = false;
    this.tab = made();
  }

  // Finds the name of this tab. A tab that was made as a copy of another has its name, so that it takes a new one and a copy of its drafts.
  async begin() {
    try {
      localStorage.setItem(`${TAB}-try`, "1");
      localStorage.removeItem(`${TAB}-try`);
      const before = sessionStorage.getItem(TAB);
      if (before && await this.hold(before)) this.tab = before;
      else {
        await this.hold(this.tab);
        for (const one of before ? this.all() : []) if (one.owner === before) this.put(this.tab, one);
      }
      sessionStorage.setItem(TAB, this.tab);
    } catch (error) { this.lost(error); }
  }

  // Holds a lock of the browser's as long as the page is there, by which other tabs see that it is. Gives whether it was to be had.
  hold(name) {
    if (!navigator.locks) return true; // an address that is not safe in the browser's eyes
    return new Promise((resolve) => {
      const lock = navigator.locks.request(TAB + name, { signal: AbortSignal.timeout(PATIENCE) }, () => {
        resolve(true);
        return new Promise(() => {});
      });
      lock.catch(() => resolve(false));
    });
  }

  key(owner, file) {
    return `${BEFORE}${owner}:${file}`;
  }

  all() {
    try {
      return Object.keys(localStorage).filter((key) => key.startsWith(BEFORE)).map(read).filter(Boolean).sort((a, b) => b.time - a.time);
    } catch { return []; }
  }

  // What this tab holds of a file.
  mine(file) {
    return this.works ? read(this.key(this.tab, file)) : null;
  }

  // Drafts that may be opened here: of this tab, put aside, or of tabs that are gone; newest first.
  async free() {
    const held = (await navigator.locks?.query().catch(() => null))?.held.map((lock) => lock.name) ?? [];
    return this.all().filter((one) => one.owner === this.tab || !held.includes(TAB + one.owner));
  }

  keep(draft) {
    return this.put(this.tab, draft);
  }

  // Puts a draft out of the way of what is typed next: it is no tab's any more. Gives it as it is kept now.
  aside(draft) {
    const owner = ASIDE + made();
    this.drop(draft.key);
    this.put(owner, draft);
    return { ...draft, owner, key: this.key(owner, draft.file), aside: true };
  }

  drop(key) {
    try { localStorage.removeItem(key); } catch (error) { this.lost(error); }
  }

  forget(file) {
    this.drop(this.key(this.tab, file));
  }

  put(owner, { file, settings, text, digest = "", base = "", time = Date.now() }) {
    if (!this.works) return false;
    const key = this.key(owner, file), value = JSON.stringify({ file, settings, text, digest, base, time });
    const others = this.all().filter((one) => one.key !== key);
    let size = others.reduce((sum, one) => sum + sized(one), text.length + base.length);
    const going = [...others].reverse().sort((a, b) => onlyKnobs(b) - onlyKnobs(a)); // the oldest first, and those whose text is saved before
    const next = () => {
      const one = going.shift();
      size -= sized(one);
      this.drop(one.key);
      if (!onlyKnobs(one)) this.say(`The browser has no room for more drafts: that of ${nameOf(one.file)} from ${new Date(one.time).toLocaleString()} is gone.`, "error");
    };
    while (size > ROOM && going.length) next();
    for (;;) {
      try {
        localStorage.setItem(key, value);
        this.full = false;
        return true;
      } catch (error) {
        if (error.name !== "QuotaExceededError") { this.lost(error); return false; }
        if (going.length) { next(); continue; }
        if (!this.full) this.say("The browser has no room for this draft: what you type is gone with the page unless you save it.", "error");
        this.full = true;
        return false;
      }
    }
  }

  lost() {
    if (this.works) this.say("This browser keeps nothing for the studio: what you type is gone with the page unless you save it.", "error");
    this.works = false;
  }
}

// Asks for the draft of a file or the file itself: true for the draft.
export async function whichOf(studio, file, draft) {
  const when = new Date(draft.time).toLocaleString(), knobs = Object.keys(draft.settings);
  const words = onlyKnobs(draft) ? `Moved knobs of ${file} (${knobs.join(", ")}) were left on ${when}.` : `What was typed in ${file} until ${when} was not saved.`;
  const body = el("p", {}, `${words} If you open the file, the draft is kept under “Unsaved drafts”.`);
  return (await studio.dialog({ title: `${nameOf(file)} has an unsaved draft`, body, actions: [["draft", "Go on with the draft"], ["", "Open the file"]] })) === "draft";
}

// The list of drafts that can be opened or deleted. `open(draft)` opens one.
export async function listed(studio, drafts, open) {
  const list = el("ul", { class: "drafts" });
  let chosen = null;
  const fill = async () => {
    const here = drafts.key(drafts.tab, studio.held.file);
    const found = (await drafts.free()).filter((one) => one.key !== here);
    list.replaceChildren(...found.map((one) => {
      const name = one.file || "untitled";
      const tool = (words, run) => el("button", { type: "button", "aria-label": `${words} the draft of ${name}`, onclick: run }, words);
      const remove = tool("Delete", async () => {
        if (remove.textContent === "Delete") { remove.textContent = "Really delete"; return; }
        drafts.drop(one.key);
        await fill();
      });
      return el("li", {}, el("span", {}, name), el("span", { class: "hint" }, new Date(one.time).toLocaleString()),
        tool("Open", () => { chosen = one; list.closest("dialog").close(); }), remove);
    }));
    if (!found.length) list.append(el("li", { class: "hint" }, drafts.works ? "None but what is open." : "This browser keeps none."));
  };
  await fill();
  await studio.dialog({ title: "Unsaved drafts", body: list });
  if (chosen) await open(chosen);
}
