// A question that is asked again whenever what it is about has changed: one at a time, the newest last, with progress and a way to stop it.

import { el } from "./dom.js";

const SOON = 300; // milliseconds after which progress is shown

export class Asked {
  // `show(answer, given)` shows an answer. `patience`: milliseconds after which an older question is given up for a newer one.
  constructor(studio, name, { show, part, patience = 1500 }) {
    Object.assign(this, { studio, name, show, part, patience, running: null, next: null });
    this.words = el("span", { class: "words" });
    this.bar = el("progress", { max: 1, "aria-label": "Progress", hidden: true });
    this.cancel = el("button", { hidden: true, onclick: () => this.stop() }, "Cancel");
    this.root = el("div", { class: "asked", role: "status" }, this.bar, this.words, this.cancel);
  }

  want(given) {
    this.next = given;
    if (!this.running) this.ask();
    else if (performance.now() - this.running.began > this.patience) {
      this.running.abort.abort();
      this.ask();
    }
  }

  stop() {
    this.running?.abort.abort();
    this.running = this.next = null;
    this.say("stopped");
  }

  async ask() {
    const given = this.next, mine = { began: performance.now(), abort: new AbortController() };
    this.running = mine;
    this.next = null;
    const current = () => this.running === mine;
    const soon = setTimeout(() => { if (current()) this.busy(0, "working it out"); }, SOON);
    try {
      const answer = await this.studio.ask(this.name, given, {
        signal: mine.abort.signal,
        part: (name, value) => { if (current()) this.part?.(name, value, given); },
        progress: (share, words) => { if (current() && performance.now() - mine.began > SOON) this.busy(share, words); },
      });
      if (!current()) return;
      clearTimeout(soon); // what is left is drawing
      this.say("");
      await this.show(answer, given);
    } catch (error) {
      if (current()) this.say(error.message, "error");
    } finally {
      clearTimeout(soon);
    }
    if (!current()) return;
    this.running = null;
    if (this.next) this.ask();
  }

  busy(share, words) {
    this.bar.hidden = this.cancel.hidden = false;
    this.bar.value = share;
    this.words.textContent = words;
    this.root.classList.remove("error");
  }

  say(words, kind = "") {
    this.bar.hidden = this.cancel.hidden = true;
    this.words.textContent = words;
    this.root.classList.toggle("error", kind === "error");
  }
}
