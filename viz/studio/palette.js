// Blocks and operators that can be put in, at the side of the diagram: found by name, dragged, or put in by Enter.

import { byId, debounced, el } from "./dom.js";

export const WORD = "application/x-archdsl-word";

class Palette {
  constructor(studio, rows) {
    this.studio = studio;
    this.rows = rows;
    this.groups = [];
    this.place = null; // where Enter puts it, if not where the cursor is
    this.query = el("input", { type: "search", placeholder: "Find a block", "aria-label": "Find a block or operator", autocomplete: "off", spellcheck: "false" });
    this.list = el("div", { class: "words" });
    this.doc = el("div", { class: "doc", role: "region", "aria-label": "What it is", "aria-live": "polite", tabindex: 0 });
    this.host = el("aside", { id: "palette", "aria-label": "Blocks and operators", hidden: true }, this.query, this.list, this.doc);
    byId("view-diagram").append(this.host);
    this.button = el("button", { "aria-pressed": "false", "aria-controls": "palette", title: "Blocks and operators to put in", onclick: () => this.toggle() }, "Blocks");
    byId("view-tools").prepend(this.button);
    studio.command({ id: "palette", title: "Insert a block or operator", keys: "Alt-b", run: () => this.open() });
    this.query.addEventListener("input", () => this.show());
    this.host.addEventListener("keydown", (event) => this.key(event));
    const again = debounced(() => { if (!this.host.hidden) this.load(); }, 600);
    studio.on("draft", ({ held, typed }) => { if (held || typed) again(); });
  }

  toggle(open = this.host.hidden) {
    this.host.hidden = !open;
    this.button.setAttribute("aria-pressed", `${open}`);
    byId("view-diagram").classList.toggle("with-palette", open);
    if (open) this.load();
    else this.place = null;
  }

  async open(place = null) {
    await this.studio.show("diagram");
    this.toggle(true);
    this.place = place;
    this.query.select();
    this.query.focus();
  }

  async load() {
    try {
      const groups = await this.studio.ask("palette", { draft: this.studio.draft() }, { key: "palette" });
      if (JSON.stringify(groups) === JSON.stringify(this.groups)) return;
      this.groups = groups;
      this.show();
    } catch (error) {
      this.studio.say(error.message, "error");
    }
  }

  show() {
    const sought = this.query.value.toLowerCase().split(/\s+/).filter(Boolean), top = this.list.scrollTop;
    const fits = ({ word, doc }) => sought.every((one) => word.toLowerCase().includes(one) || doc.split("\n")[0].toLowerCase().includes(one));
    // the one that is called so comes first, then those that begin so, those that hold it, and those whose docs do
    const rank = ({ word }) => (!sought.length ? 0 : word === sought[0] ? 0 : word.startsWith(sought[0]) ? 1 : word.includes(sought[0]) ? 2 : 3);
    const order = (a, b) => rank(a) - rank(b);
    const groups = this.groups.map(({ name, words }) => ({ name, words: words.filter(fits).sort(order) })).filter(({ words }) => words.length)
      .sort((a, b) => order(a.words[0], b.words[0]));
    this.list.replaceChildren(...groups.map(({ name, words }) => el("section", { "aria-label": name }, el("h3", {}, name),
      el("ul", {}, words.map((one) => el("li", {}, this.item(one)))))));
    if (!groups.length) this.list.append(el("p", { class: "hint" }, "Nothing is called that."));
    this.list.scrollTop = sought.length ? 0 : top;
    this.tell(null);
  }

  item(one) {
    const tell = () => this.tell(one);
    const made = el("button", { class: "word", draggable: "true", onclick: (event) => this.put(one, event.shiftKey), onfocus: tell, onmouseenter: tell }, one.word);
    made.addEventListener("dragstart", (event) => {
      event.dataTransfer.setData(WORD, one.word);
      event.dataTransfer.effectAllowed = "copy";
    });
    return made;
  }

  put(one, before) {
    this.rows.insert(one.word, before ? "before" : "after", this.place ?? undefined);
    this.place = null;
  }

  tell(one) {
    const note = "Drag one to a box or a line. Enter puts it after the line of the cursor, Shift+Enter before.";
    if (one) this.doc.replaceChildren(el("strong", {}, one.word), " ", el("span", {}, one.detail), el("p", {}, one.doc));
    else this.doc.replaceChildren(el("p", {}, note));
  }

  key(event) {
    if (event.target === this.doc && event.key !== "Escape") return; // its text scrolls
    const items = [...this.list.querySelectorAll(".word")], at = items.indexOf(document.activeElement);
    if (event.key === "ArrowDown") items[Math.min(items.length - 1, at + 1)]?.focus();
    else if (event.key === "ArrowUp") (at > 0 ? items[at - 1] : this.query).focus();
    else if (event.key === "Escape") { this.toggle(false); this.studio.editor.focus(); }
    else if (event.key === "Enter" && at >= 0) items[at].click();
    else return;
    if (event.key === "Enter" && event.shiftKey) { event.preventDefault(); return; }
    event.preventDefault();
  }
}

export const mountPalette = (studio, rows) => new Palette(studio, rows);
