// Brings the panes together.

import { mountBegin } from "./begin.js";
import { mountBill } from "./bill.js";
import { redo, undo } from "./codemirror.min.js";
import { mountCommands } from "./commands.js";
import { Connection } from "./connection.js";
import { mountDiagram } from "./diagram.js";
import { byId, el, put } from "./dom.js";
import { mountEditor } from "./editor.js";
import { follow } from "./follow.js";
import { mountKeep } from "./keep.js";
import { mountKnobs } from "./knobs.js";
import { mountProblems } from "./problems.js";
import { mountRows } from "./rows.js";
import { mountSplitters } from "./splitters.js";
import { suggest } from "./suggest.js";
import { Studio, isZoo, nameOf } from "./state.js";

// Views beside the diagram, each loaded when it is first looked at.
const VIEWS = [
  { id: "diagram", title: "Diagram", mount: mountDiagram },
  { id: "whatif", title: "What if", parts: ["curve", "front", "tornado", "solve"] },
  { id: "compare", title: "Compare", parts: ["table", "rows", "plot"] },
  { id: "gallery", title: "Gallery", parts: ["networks", "figures"] },
];

const url = new URL("live", location.href);
url.protocol = url.protocol.replace("http", "ws");
const studio = new Studio(new Connection(url, (up) => {
  byId("state").textContent = up ? "" : "The server does not answer; what you type is kept, and sent when it is back.";
  document.body.classList.toggle("offline", !up);
}));
window.studio = studio;

mountEditor(studio, suggest(studio));
mountProblems(studio);
mountKnobs(studio);
mountCommands(studio);
mountSplitters(studio);
follow(studio);

// -- views ---------------------------------------------------------------------------------------------------------------------------

const hosts = new Map();
for (const view of VIEWS) {
  const tab = el("button", { role: "tab", id: `tab-${view.id}`, "aria-controls": `view-${view.id}`, "aria-selected": "false", tabindex: -1 }, view.title);
  const host = el("div", { role: "tabpanel", id: `view-${view.id}`, class: "view", "aria-labelledby": `tab-${view.id}`, hidden: true });
  tab.addEventListener("click", () => studio.show(view.id));
  byId("tabs").append(tab);
  byId("views").append(host);
  hosts.set(view.id, { ...view, tab, host, mounted: null });
  studio.command({ id: `show-${view.id}`, title: `Show ${view.title.toLowerCase()}`, keys: `Alt-${hosts.size}`, run: () => studio.show(view.id) });
  for (const part of view.parts ?? []) {
    studio.command({ id: `${view.id}-${part}`, title: `${view.title}: ${part}`, run: async () => {
      await studio.show(view.id);
      byId(`${view.id}-tab-${part}`).click();
      byId(`${view.id}-tab-${part}`).focus();
    } });
  }
}
byId("tabs").addEventListener("keydown", (event) => {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  const ids = [...hosts.keys()], next = ids[(ids.indexOf(studio.view) + step + ids.length) % ids.length];
  studio.show(next);
  hosts.get(next).tab.focus();
  event.preventDefault();
});
studio.show = async (id) => {
  studio.view = id;
  for (const [other, { tab, host }] of hosts) {
    tab.setAttribute("aria-selected", `${other === id}`);
    tab.setAttribute("tabindex", other === id ? 0 : -1);
    host.hidden = other !== id;
  }
  const view = hosts.get(id);
  view.mounted ??= view.mount ? Promise.resolve(view.mount(studio, view.host)) : load(view);
  await view.mounted;
  studio.emit("shown", id);
};

async function load(view) {
  document.head.append(el("link", { rel: "stylesheet", href: `studio/${view.id}.css` }));
  const { mount } = await import(`./${view.id}.js`);
  await mount(studio, view.host);
}

// -- what is held, and what can be done with it ------------------------------------------------------------------------------------------

const named = () => {
  const { file } = studio.held, unsaved = studio.unsaved();
  put(byId("file"), `${isZoo(file) ? `${nameOf(file)}, a copy of the zoo's` : file || "untitled"}${unsaved ? " •" : ""}`);
  byId("file").title = unsaved ? "not saved" : "";
  const name = studio.answer?.bill.name ?? "archdsl studio";
  put(byId("title"), name);
  document.title = `${unsaved ? "• " : ""}${name} — archdsl studio`;
};
studio.unsaved = () => !studio.saved || studio.saved.file !== studio.held.file || studio.saved.text !== studio.text;
studio.on("draft", named);
studio.on("bill", named);
studio.on("saved", named);

studio.command({ id: "undo", title: "Undo", keys: "Mod-z", run: () => undo(studio.editor) });
studio.command({ id: "redo", title: "Redo", keys: "Mod-Shift-z", run: () => redo(studio.editor) });
const act = (id, words, title) => el("button", { title, "aria-label": /\w/.test(words) ? undefined : title, onclick: () => studio.commands.get(id).run() }, words);
byId("actions").append(act("undo", "↶", "Undo"), act("redo", "↷", "Redo"), act("commands", "Commands", "Show all commands"));
mountKeep(studio);
studio.command({ id: "next-pane", title: "Go to the next pane", keys: "F6", run: () => {
  const places = [studio.editor.contentDOM, document.querySelector("#tabs [aria-selected=true]"), document.querySelector("#right input, #right select")];
  const now = places.findIndex((place) => place?.closest(".pane").contains(document.activeElement));
  places[(now + 1) % places.length]?.focus();
} });

// -- begin -----------------------------------------------------------------------------------------------------------------------------

await Promise.all([studio.show("diagram"), mountBill(studio)]);
mountRows(studio);
const start = await (await fetch("start")).json();
studio.start = start;
const wanted = new URLSearchParams(location.search).get("file") ?? start.spec; // ?file=NAME opens another one in a tab of its own
const empty = mountBegin(studio);
if (!(await studio.begin(wanted))) await studio.show("gallery");
studio.on("draft", empty);
empty();
