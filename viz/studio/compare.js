// Two to six designs side by side: the table of their costs, rows that differ, one cost over another.

import { Asked } from "./asked.js";
import { debounced, el } from "./dom.js";
import { Plot } from "./plots.js";
import { Varying } from "./varying.js";

const MOST = 6;
const WAIT = 60; // milliseconds without a change before everything is counted again

export async function mount(studio, host) {
  document.head.append(el("link", { rel: "stylesheet", href: "studio/whatif.css" }));
  const varying = new Varying(studio);
  const designs = [{ label: "this design", present: true }];
  const chips = el("ol", { class: "designs", "aria-label": "Designs that are compared" });
  const known = el("datalist", { id: "compare-known" });
  const field = el("input", { list: "compare-known", class: "add", "aria-label": "Network of the zoo or file to add", placeholder: "+ network or file", spellcheck: "false", autocomplete: "off",
    onkeydown: (event) => { if (event.key === "Enter") addNamed(); }, onchange: () => { if (names.includes(field.value.trim())) addNamed(); } });
  const freeze = el("button", { onclick: () => add({ label: "kept", draft: studio.draft() }), title: "Compare with the design as it is now, whatever becomes of it" }, "+ as it is now");
  const saved = el("button", { onclick: () => add({ label: "saved", draft: { ...studio.saved, name: studio.draft().name, settings: {} } }), title: "Compare with the file as it was read or saved" }, "+ as saved");
  const snapshots = el("select", { "aria-label": "Snapshot to add", hidden: true, onchange: () => addSnapshot() });
  let names = [], kept = [], open = "table";

  // -- the designs -----------------------------------------------------------------------------------------------------------------

  const given = (one) => (one.present ? studio.draft() : one.zoo ? { zoo: one.zoo } : one.draft);
  function add(one) {
    if (designs.length >= MOST) return studio.say(`At most ${MOST} designs are compared.`, "error");
    designs.push(one);
    redraw();
  }
  async function addNamed() {
    const name = field.value.trim();
    if (!name) return;
    try {
      if (!names.length) await offer(); // who types quickly is here before the list
      if (names.includes(name)) add({ label: name, zoo: name });
      else {
        const { text } = await studio.ask("file.read", { file: name });
        add({ label: name, draft: { text, file: name, name: name.split("/").pop(), settings: {} } });
      }
      field.value = "";
    } catch (error) {
      studio.say(error.message, "error");
    }
  }
  async function addSnapshot() {
    const one = kept.find(({ name }) => name === snapshots.value);
    snapshots.value = "";
    if (!one) return;
    try {
      const { text, file, settings } = await studio.ask("snapshot.load", { name: one.name });
      add({ label: one.note || one.title, draft: { text, file, settings } });
    } catch (error) {
      studio.say(error.message, "error");
    }
  }
  async function offer() {
    const [found, held] = await Promise.all([studio.ask("file.list", {}, { key: "compare.files" }), studio.ask("snapshot.list", {}, { key: "compare.snapshots" })]);
    names = found.zoo;
    known.replaceChildren(...[...names, ...found.files.map((one) => one.file)].map((name) => el("option", { value: name })));
    kept = held.snapshots;
    snapshots.hidden = !kept.length;
    snapshots.replaceChildren(el("option", { value: "" }, "+ snapshot"), ...kept.map((one) => el("option", { value: one.name }, one.note || one.title)));
  }
  function redraw() {
    chips.replaceChildren(...designs.map((one, place) => el("li", {}, el("span", { class: "label" }, one.label),
      one.present ? "" : el("button", { class: "plain", "aria-label": `Remove ${one.label}`, onclick: () => { designs.splice(place, 1); redraw(); } }, "×"))));
    for (const select of [first, second]) {
      const value = select.value;
      select.replaceChildren(...designs.map((one, place) => el("option", { value: place }, `${place + 1}: ${one.label}`)));
      select.value = value;
      if (select.selectedIndex < 0) select.selectedIndex = select === first ? 0 : Math.min(1, designs.length - 1);
    }
    follow();
  }

  // -- the table -------------------------------------------------------------------------------------------------------------------

  const table = el("div", { class: "rows compared", tabindex: 0, role: "region", "aria-label": "Costs of the designs" });
  const costs = new Asked(studio, "compare.table", { show: ({ names: titles, costs: listed }) => {
    const head = el("tr", {}, el("th", { scope: "col" }, "cost"), titles.map((title, place) => el("th", { scope: "col", class: "number" }, `${place + 1}:\u00a0${title}`)));
    const cell = (one) => el("td", { class: one.lowest ? "number lowest" : "number" }, el("span", { class: "value" }, one.words, one.lowest ? el("span", { class: "unseen" }, " lowest") : ""),
      el("span", { class: "change" }, one.change ? `${one.share}` : " ", one.change ? el("span", { class: "unseen" }, ` ${one.change}`) : ""));
    const body = listed.map((cost) => el("tr", {}, el("th", { scope: "row" }, cost.title), cost.cells.map((one) => {
      const made = cell(one);
      if (one.change) made.title = `${one.change} against ${titles[0]}`;
      return made;
    })));
    table.replaceChildren(el("table", {}, el("caption", { class: "unseen" }, "Costs, with the change to the first design"), el("thead", {}, head), el("tbody", {}, body)),
      el("p", { class: "hint" }, `▾ marks the lowest; changes are to ${titles[0]}.`));
  } });

  // -- rows that differ ------------------------------------------------------------------------------------------------------------

  const first = el("select", { "aria-label": "From", onchange: () => follow() }), second = el("select", { "aria-label": "To", onchange: () => follow() });
  const rows = el("div", { class: "rows differing", tabindex: 0, role: "region", "aria-label": "Rows that differ" }), picture = el("div", { class: "picture", tabindex: 0, role: "region", "aria-label": "Both designs drawn" });
  const KINDS = { "+": "added", "-": "removed", "~": "changed", ">": "moved" };
  const tell = ({ title, head: heads, cells: lines, numbers, notes }) => {
    if (!lines.length) return rows.replaceChildren(el("p", {}, notes.join(" ")));
    // What changed stands beside the row, where it is seen without scrolling.
    const last = heads.length - 1, at = heads.indexOf("row") + 1, moved = (row) => [...row.slice(0, at), row[last], ...row.slice(at, last)];
    const head = moved(heads), cells = lines.map(moved);
    let kind = "";
    const line = (row) => {
      kind = KINDS[row[0]] ?? (row[0] ? "" : kind);
      return el("tr", { class: `row ${kind}` }, row.map((text, place) => el("td", { class: numbers.includes(head[place]) ? "number" : undefined, title: place ? undefined : KINDS[text] }, text)));
    };
    rows.replaceChildren(el("table", {}, el("caption", { class: "unseen" }, title),
      el("thead", {}, el("tr", {}, head.map((name) => el("th", { scope: "col", class: numbers.includes(name) ? "number" : undefined }, name || el("span", { class: "unseen" }, "kind"))))),
      el("tbody", {}, cells.map(line))));
  };
  const differing = new Asked(studio, "compare.rows", { patience: 4000, part: (name, value) => { if (name === "rows") tell(value); }, show: (answer) => {
    tell(answer);
    if (picture.drawn === answer.picture && answer.picture) return;
    picture.drawn = answer.picture;
    URL.revokeObjectURL(picture.url);
    picture.url = answer.picture && URL.createObjectURL(new Blob([answer.picture], { type: "image/svg+xml" }));
    picture.replaceChildren(answer.picture ? el("img", { src: picture.url, alt: `${answer.title}, side by side` }) : el("p", { class: "hint" }, answer.why));
  } });

  // -- one cost over another -------------------------------------------------------------------------------------------------------

  const x = varying.costMenu("Across", { value: "macs", onchange: () => follow() }), y = varying.costMenu("Up", { value: "params", onchange: () => follow() });
  const plot = new Plot({ label: "Designs by two costs" });
  const scatter = new Asked(studio, "compare.scatter", { show: (answer, asked) => plot.show(answer, JSON.stringify([asked.x, asked.y])) });

  // -- all of it -------------------------------------------------------------------------------------------------------------------

  const labelled = (words, one) => el("label", { class: "pair" }, el("span", {}, words), one);
  const parts = new Map([
    ["table", { title: "Table", asked: costs, root: el("div", { class: "whatif-body" }, costs.root, table) }],
    ["rows", { title: "Rows", asked: differing, root: el("div", { class: "whatif-body scrolls" }, el("div", { class: "many" }, labelled("from", first), labelled("to", second)), differing.root, rows, picture) }],
    ["plot", { title: "Plot", asked: scatter, root: el("div", { class: "whatif-body" }, el("div", { class: "many" }, labelled("across", x), labelled("up", y)), scatter.root, plot.box) }],
  ]);

  async function follow() {
    if (studio.view !== "compare" || !studio.text.trim()) return;
    const { asked } = parts.get(open);
    if (designs.length < 2) return asked.say("Add a second design to compare this one with.");
    const all = designs.map(given);
    if (open === "table") {
      const { convention, device } = studio.counting;
      const conventions = [...new Set(["thop", "fvcore", "ptflops", convention])];
      asked.want({ designs: all, conventions, devices: device ? [device] : [] });
    } else if (open === "rows") {
      if (first.value === second.value) return asked.say("Choose two different designs.");
      asked.want({ designs: [all[first.value], all[second.value]] });
    } else {
      await varying.follow().catch((error) => asked.say(error.message, "error"));
      asked.want({ designs: all, x: x.value || "macs", y: y.value || "params" });
    }
  }

  const tabs = el("div", { role: "tablist", "aria-label": "Compare", class: "inner" });
  const show = (id, focus = false) => {
    open = id;
    for (const [other, { tab, place }] of parts) {
      tab.setAttribute("aria-selected", `${other === id}`);
      tab.setAttribute("tabindex", other === id ? 0 : -1);
      place.hidden = other !== id;
    }
    if (focus) parts.get(id).tab.focus();
    follow();
  };
  for (const [id, part] of parts) {
    part.tab = el("button", { role: "tab", id: `compare-tab-${id}`, "aria-controls": `compare-${id}`, onclick: () => show(id) }, part.title);
    part.place = el("div", { role: "tabpanel", id: `compare-${id}`, class: "whatif-part", "aria-labelledby": `compare-tab-${id}` }, part.root);
    tabs.append(part.tab);
  }
  tabs.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key], ids = [...parts.keys()];
    if (!step) return;
    show(ids[(ids.indexOf(open) + step + ids.length) % ids.length], true);
    event.preventDefault();
  });
  host.classList.add("whatif", "compare");
  host.append(el("div", { class: "choose" }, chips, el("span", { class: "adders" }, field, known, freeze, saved, snapshots)), tabs, ...[...parts.values()].map(({ place }) => place));
  studio.on("draft", debounced(follow, WAIT));
  studio.on("counting", () => follow());
  studio.on("saved", () => offer().catch(() => {}));
  studio.on("compare.add", ({ zoo }) => add({ label: zoo, zoo }));
  studio.on("shown", (id) => { if (id === "compare") { offer().catch((error) => studio.say(error.message, "error")); follow(); } });
  // Others may put designs here: `studio.compare({ label, draft })`.
  studio.compare = (one) => { add(one); return studio.show("compare"); };
  if (studio.saved?.text) designs.push({ label: "as saved", draft: { text: studio.saved.text, file: studio.saved.file, name: studio.draft().name, settings: {} } });
  show(open);
  redraw();
}
