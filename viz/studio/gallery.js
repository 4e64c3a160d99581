// The gallery: the networks of the zoo to begin from or compare with, and the figures and the table of the paper.

import { el } from "./dom.js";

const COLUMNS = [
  { id: "name", title: "Network", of: (network) => network.name.toLowerCase(), down: false },
  { id: "year", title: "Source", of: (network) => [network.year ?? 0, network.source.toLowerCase()], down: true },
  { id: "params", title: "Params (M)", of: (network) => network.params, down: false, number: true },
  { id: "macs", title: "MACs (M)", of: (network) => network.macs, down: false, number: true },
];
const millions = (count, digits) => (count / 1e6).toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
const exactly = (count) => count.toLocaleString("en");

export function mount(studio, host) {
  const parts = [["networks", "Networks", networks], ["figures", "Figures", figures]];
  const list = el("div", { role: "tablist", "aria-label": "Gallery" }), aside = el("div", { class: "tools" });
  host.classList.add("gallery");
  host.append(el("div", { class: "bar" }, list, aside));
  const shown = new Map();
  const show = (id) => {
    for (const [other, { tab, panel, tools }] of shown) {
      tab.setAttribute("aria-selected", `${other === id}`);
      tab.setAttribute("tabindex", other === id ? 0 : -1);
      panel.hidden = tools.hidden = other !== id;
    }
    const part = shown.get(id);
    if (!part.begun) part.begun = part.begin(studio, part.panel, part.tools);
  };
  for (const [id, title, begin] of parts) {
    const tab = el("button", { role: "tab", id: `gallery-tab-${id}`, "aria-controls": `gallery-${id}`, onclick: () => show(id) }, title);
    const panel = el("div", { role: "tabpanel", id: `gallery-${id}`, "aria-labelledby": `gallery-tab-${id}`, class: "gallery-part", tabindex: 0 });
    const tools = el("div", { class: "tools" });
    list.append(tab);
    aside.append(tools);
    host.append(panel);
    shown.set(id, { tab, panel, tools, begin, begun: null });
  }
  list.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowRight" && event.key !== "ArrowLeft") return;
    const id = shown.get("networks").tab.getAttribute("aria-selected") === "true" ? "figures" : "networks";
    show(id);
    shown.get(id).tab.focus();
    event.preventDefault();
  });
  show("networks");
}

// Waits for an answer in a panel: says so where it takes a while, and says why where there is none.
async function told(studio, panel, name, given) {
  const waits = el("p", { class: "hint waits", role: "status" });
  const late = setTimeout(() => { waits.textContent = "One moment…"; }, 300);
  panel.append(waits);
  try {
    return await studio.ask(name, given, { key: name, progress: (share) => { waits.textContent = `One moment… ${Math.round(100 * share)}%`; } });
  } catch (error) {
    panel.append(el("p", { class: "error waits", role: "alert" }, error.message));
    return null;
  } finally {
    clearTimeout(late);
    waits.remove();
  }
}

function drawn(text) {
  const svg = document.importNode(new DOMParser().parseFromString(text, "image/svg+xml").documentElement, true);
  for (const side of ["width", "height"]) svg.removeAttribute(side);
  return svg;
}

// -- networks ------------------------------------------------------------------------------------------------------------------------

async function networks(studio, panel, tools) {
  const found = await told(studio, panel, "gallery", {});
  if (!found) return;
  const order = { by: "name", down: false };
  let open = null;
  const query = el("input", { type: "search", placeholder: "Name, source or word", "aria-label": "Find a network", "aria-controls": "gallery-rows" });
  const count = el("span", { class: "hint count", role: "status" });
  const body = el("tbody", { id: "gallery-rows" });
  const heads = COLUMNS.map((column) => {
    const button = el("button", { type: "button", onclick: () => sort(column) }, column.title, el("span", { class: "way", "aria-hidden": "true" }));
    return el("th", { scope: "col", class: column.number ? "number" : undefined }, button);
  });
  tools.append(count, query);
  panel.append(el("table", { class: "zoo" }, el("caption", { class: "unseen" }, "Networks of the zoo"), el("thead", {}, el("tr", {}, heads)), body));

  const rows = new Map(found.networks.map((network) => [network.spec, row(network)]));
  const words = new Map(found.networks.map(({ spec, name, source, doc, knobs }) =>
    [spec, [spec, name, source, doc, ...knobs.map((knob) => knob.name)].join(" ").toLowerCase()]));

  function row(network) {
    const id = `gallery-more-${network.spec}`;
    const button = el("button", { type: "button", class: "name", "aria-expanded": "false", "aria-controls": id, onclick: () => unfold(network.spec) },
      network.name, el("span", { class: "spec" }, network.spec));
    const head = el("tr", { ondblclick: () => begin(studio, network) }, el("th", { scope: "row" }, button), el("td", { class: "source", title: network.source }, network.source),
      el("td", { class: "number", title: exactly(network.params) }, millions(network.params, 2)), el("td", { class: "number", title: exactly(network.macs) }, millions(network.macs, 0)));
    const more = el("tr", { id, class: "more", hidden: true }, el("td", { colspan: COLUMNS.length }));
    return { network, button, head, more, filled: false };
  }

  function unfold(spec) {
    for (const [name, { button, head, more }] of rows) {
      const opens = name === spec && open !== spec;
      button.setAttribute("aria-expanded", `${opens}`);
      head.classList.toggle("open", opens);
      more.hidden = !opens;
    }
    open = open === spec ? null : spec;
    const one = rows.get(spec);
    if (open && !one.filled) {
      one.filled = true;
      fill(studio, one.network, one.more.firstChild);
    }
    if (open) one.more.scrollIntoView({ block: "nearest" });
  }

  function sort(column) {
    order.down = order.by === column.id ? !order.down : column.down;
    order.by = column.id;
    show();
  }

  function show() {
    const asked = query.value.toLowerCase().split(/\s+/).filter(Boolean);
    const listed = found.networks.filter(({ spec }) => asked.every((word) => words.get(spec).includes(word)));
    const { of } = COLUMNS.find((column) => column.id === order.by);
    listed.sort((a, b) => compared(of(a), of(b)) * (order.down ? -1 : 1) || compared(a.spec, b.spec));
    COLUMNS.forEach((column, place) => {
      const way = order.by === column.id ? (order.down ? "descending" : "ascending") : "none";
      heads[place].setAttribute("aria-sort", way);
      heads[place].querySelector(".way").textContent = { ascending: "▲", descending: "▼", none: "" }[way];
    });
    body.replaceChildren(...listed.flatMap(({ spec }) => [rows.get(spec).head, rows.get(spec).more]));
    count.textContent = listed.length === found.networks.length ? `${listed.length} networks` : `${listed.length} of ${found.networks.length}`;
  }

  body.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const buttons = [...body.querySelectorAll("button.name")], at = buttons.indexOf(event.target);
    if (!step || at < 0) return;
    buttons[at + step]?.focus();
    event.preventDefault();
  });
  query.addEventListener("input", show);
  query.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") { body.querySelector("button.name")?.focus(); event.preventDefault(); }
  });
  studio.command({ id: "find-network", title: "Find a network of the zoo", run: async () => { await studio.show("gallery"); document.getElementById("gallery-tab-networks").click(); query.focus(); } });
  show();
}

function compared(a, b) {
  if (Array.isArray(a)) return compared(a[0], b[0]) || compared(a[1], b[1]);
  return a < b ? -1 : a > b ? 1 : 0;
}

// What there is to know of a network, and what can be done with it.
async function fill(studio, network, cell) {
  const { spec, name, input, doc, knobs, params, macs } = network;
  const picture = el("div", { class: "picture" });
  const facts = el("dl", {}, [["spec", spec], ["input", input], ["parameters", exactly(params)], ["MACs", exactly(macs)], ["knobs", knobs.map((knob) => knob.name).join(", ")]]
    .filter(([, value]) => value).map(([term, value]) => el("div", {}, el("dt", {}, term), el("dd", {}, value))));
  const actions = el("div", { class: "tools" }, el("button", { type: "button", class: "chief", onclick: () => begin(studio, network) }, "Open"),
    document.getElementById("tab-compare") && el("button", { type: "button", onclick: () => besides(studio, network) }, "Compare"),
    el("button", { type: "button", onclick: () => against(studio, network), title: "Tell changes in the bill against this network" }, "Baseline"));
  cell.append(el("div", { class: "about" }, picture, el("div", {}, doc && el("p", {}, doc), facts, actions)));
  try {
    const { svg } = await studio.ask("gallery.picture", { zoo: network.spec });
    picture.append(framed(studio, svg, name, `Enlarge the picture of ${name}`));
  } catch (error) {
    picture.append(el("p", { class: "hint" }, error.message));
  }
}

// A copy of a network to work on: nothing is written before it is saved under a name, and undo brings back what was there.
async function begin(studio, network) {
  try {
    const { text, file } = await studio.ask("zoo.text", { zoo: network.spec }, { key: "zoo.text" });
    studio.saved = { text, file, digest: "" };
    studio.edit({ text, file, settings: {} }, `open ${network.spec}`);
    studio.emit("saved");
    await studio.show("diagram");
    studio.say(`${network.name}: a copy to work on`);
  } catch (error) {
    studio.say(error.message, "error");
  }
}

async function besides(studio, network) {
  await studio.show("compare");
  studio.emit("compare.add", { zoo: network.spec });
}

function against(studio, network) {
  studio.baseline = `zoo:${network.spec}`;
  studio.emit("baselines", [[studio.baseline, network.name]]);
  const menu = document.querySelector('select[aria-label="Changes against"]');
  if (menu) menu.value = studio.baseline;
  studio.emit("counting");
  studio.say(`Changes are told against ${network.name}`);
}

// -- figures -------------------------------------------------------------------------------------------------------------------------

async function figures(studio, panel) {
  const found = await told(studio, panel, "gallery.figures", {});
  if (!found) return;
  panel.append(el("div", { class: "figures" }, found.figures.map(({ caption, svg }) => {
    const title = caption.split(":")[0];
    return el("figure", {}, framed(studio, svg, caption, `Enlarge ${title}`), el("figcaption", {}, caption));
  })));
  panel.append(table(found.table));
}

function table({ title, head, rows, numbers }) {
  const kind = (place) => (numbers.includes(head[place]) ? "number" : undefined);
  return el("div", { class: "printed" }, el("table", {}, el("caption", {}, title),
    el("thead", {}, el("tr", {}, head.map((name, place) => el("th", { scope: "col", class: kind(place) }, name)))),
    el("tbody", {}, rows.map((cells) => el("tr", {}, cells.map((cell, place) => el("td", { class: kind(place) }, cell)))))));
}

// A picture in a frame; a click anywhere in it shows it large.
function framed(studio, svg, title, label) {
  const enlarge = () => studio.dialog({ title, body: el("div", { class: "large" }, drawn(svg)), wide: true });
  return el("div", { class: "enlarge" }, drawn(svg), el("button", { type: "button", "aria-label": label, title: label, onclick: enlarge }));
}

