// Everything that a person can do, by name and by key.

import { el } from "./dom.js";

const APPLE = navigator.platform.startsWith("Mac");

// "Mod-Shift-z" as people of this machine read it.
export const keysInWords = (keys) => keys.replace("Mod", APPLE ? "⌘" : "Ctrl").replace("ArrowUp", "↑").replace("ArrowDown", "↓").replace(/-([a-z])$/, (_, letter) => `-${letter.toUpperCase()}`).replaceAll("-", "+");

function pressed(event) {
  const parts = [];
  if (APPLE ? event.metaKey : event.ctrlKey) parts.push("Mod");
  if (event.altKey) parts.push("Alt");
  if (event.shiftKey) parts.push("Shift");
  parts.push(event.key.length === 1 ? event.key.toLowerCase() : event.key);
  return parts.join("-");
}

export function mountCommands(studio) {
  studio.command({ id: "commands", title: "Show all commands", keys: "Mod-k", run: () => palette(studio) });
  studio.command({ id: "commands-too", title: "Show all commands", keys: "F1", run: () => palette(studio) });
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || document.querySelector("dialog[open]")) return;
    const key = pressed(event);
    for (const command of studio.commands.values()) {
      if (command.keys === key) {
        event.preventDefault();
        command.run();
        return;
      }
    }
  });
}

function palette(studio) {
  const listed = [...studio.commands.values()].filter((command) => command.id !== "commands-too");
  const list = el("ul", { role: "listbox", id: "command-list", "aria-label": "Commands" });
  const query = el("input", { type: "search", placeholder: "What to do", "aria-label": "Find a command", role: "combobox", "aria-expanded": "true",
    "aria-controls": "command-list", autocomplete: "off", spellcheck: "false" });
  const made = el("dialog", { class: "commands", "aria-label": "Commands" }, query, list);
  let found = [], at = 0;
  const run = (command) => { made.close(); command?.run(); };
  const show = () => {
    list.replaceChildren(...found.map((command, index) => el("li", { role: "option", id: `command-${index}`, "aria-selected": `${index === at}`, onclick: () => run(command) },
      el("span", {}, command.title), command.keys ? el("kbd", {}, keysInWords(command.keys)) : "")));
    query.setAttribute("aria-activedescendant", found.length ? `command-${at}` : "");
    list.children[at]?.scrollIntoView({ block: "nearest" });
  };
  const find = () => {
    const words = query.value.toLowerCase().split(/\s+/).filter(Boolean);
    found = listed.filter((command) => words.every((word) => command.title.toLowerCase().includes(word)));
    at = 0;
    show();
  };
  query.addEventListener("input", find);
  query.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") at = Math.min(found.length - 1, at + 1);
    else if (event.key === "ArrowUp") at = Math.max(0, at - 1);
    else if (event.key === "Enter") { event.preventDefault(); run(found[at]); return; }
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
