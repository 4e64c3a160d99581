// Opening: the specs below the folders and the networks of the zoo, found by parts of their names.

import { el } from "./dom.js";

export function mountOpen(studio, told) {
  async function open() {
    const { files, more, zoo } = await studio.ask("file.list", {});
    const typed = new Set((await studio.drafts.free()).map((one) => one.file));
    const listed = [...files.map((one) => ({ file: one.file, words: one.file, hint: [typed.has(one.file) && "unsaved draft", new Date(one.changed * 1000).toLocaleString()].filter(Boolean).join(", ") })),
      ...zoo.map((name) => ({ file: `zoo:${name}`, words: name, hint: "zoo" }))];
    const list = el("ul", { role: "listbox", id: "open-list", "aria-label": "Specs" });
    const query = el("input", { type: "search", placeholder: "Part of a name", "aria-label": "Find a spec", role: "combobox", "aria-expanded": "true",
      "aria-controls": "open-list", autocomplete: "off", spellcheck: "false" });
    const made = el("dialog", { class: "commands", "aria-label": "Open" }, query, list,
      more ? el("p", { class: "hint" }, "There are more specs than are listed; start the studio in a folder nearer to them.") : "");
    let found = [], at = 0;
    const choose = told(async (one) => {
      made.close();
      if (!one) return;
      const left = studio.touched && studio.unsaved() && studio.text.trim() ? studio.held.file || "the design without a name" : "";
      if (left && !studio.drafts.works) {
        const done = await studio.dialog({ title: "Open another design?", body: el("p", {}, "This one is not saved, and the browser keeps no draft of it. Undo brings it back."), actions: [["open", "Open"], ["", "Stay here"]] });
        if (done !== "open") return;
      }
      await studio.open(one.file);
      if (left && left !== one.file) studio.say(`What you typed in ${left} is kept as a draft.`);
      studio.show("diagram");
    });
    const show = () => {
      list.replaceChildren(...found.map((one, index) => el("li", { role: "option", id: `open-${index}`, "aria-selected": `${index === at}`, onclick: () => choose(one) },
        el("span", {}, one.words), el("span", { class: "hint" }, one.hint))));
      query.setAttribute("aria-activedescendant", found.length ? `open-${at}` : "");
      list.children[at]?.scrollIntoView({ block: "nearest" });
    };
    const find = () => {
      const words = query.value.toLowerCase().split(/\s+/).filter(Boolean);
      found = listed.filter((one) => words.every((word) => one.file.toLowerCase().includes(word))).slice(0, 300);
      at = 0;
      show();
    };
    query.addEventListener("input", find);
    query.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown") at = Math.min(found.length - 1, at + 1);
      else if (event.key === "ArrowUp") at = Math.max(0, at - 1);
      else if (event.key === "Enter") { event.preventDefault(); choose(found[at]); return; }
      else return;
      event.preventDefault();
      show();
    });
    made.addEventListener("close", () => made.remove());
    made.addEventListener("click", (event) => { if (event.target === made) made.close(); });
    document.body.append(made);
    made.showModal();
    find();
  }
  studio.command({ id: "open", title: "Open…", keys: "Mod-o", run: told(open) });
}
