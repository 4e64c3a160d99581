// The bill: totals with their change, figures of the source, memory over time. Numbers are replaced in place, nothing moves.

import { mountAgainst } from "./against.js";
import { byId, el, menu, put } from "./dom.js";

const NAMES = { params: "parameters", macs: "MACs", weights: "weights", state: "with buffers", peak: "peak memory", moved: "bytes moved",
  kernels: "kernels" };
const BYTES = ["weights", "state", "peak", "moved"];

const nameOf = (name) => NAMES[name] ?? (name.startsWith("flops.") ? `FLOPs, ${name.slice(6)}` : name.startsWith("latency.") ? "latency" : name);

function size(bytes) {
  for (const [step, unit] of [[2 ** 30, "GiB"], [2 ** 20, "MiB"], [2 ** 10, "KiB"]]) if (bytes >= step) return `${(bytes / step).toFixed(2)} ${unit}`;
  return `${bytes} bytes`;
}

export async function mountBill(studio) {
  const host = byId("bill");
  const counting = el("div", { class: "counting" }), totals = el("tbody"), unpredicted = el("p", { class: "hint" });
  const figures = el("ul", { id: "reported" }), figuresPart = el("section", {}, el("h2", {}, "Figures of the source"), figures);
  const memory = el("div", { id: "memory" }), memoryWords = el("p", { class: "hint" });
  host.append(
    el("h2", {}, "Bill"), counting,
    el("table", { id: "totals" }, el("caption", { class: "unseen" }, "Totals and their change"),
      el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "cost"), el("th", { scope: "col" }, "now"), el("th", { scope: "col" }, "change"))), totals),
    unpredicted, figuresPart, el("section", {}, el("h2", {}, "Memory over time"), memory, memoryWords));

  const { conventions, devices, dtypes } = await studio.ask("choices", {});
  const choose = (name) => (value) => {
    studio.counting = { ...studio.counting, [name]: name === "batch" ? Math.max(1, Math.round(Number(value)) || 1) : value };
    studio.emit("counting");
  };
  const labelled = (words, field) => el("label", {}, el("span", {}, words), field);
  counting.append(
    labelled("FLOPs as", menu("Convention of FLOPs", conventions, studio.counting.convention, choose("convention"))),
    labelled("Device", menu("Device that latency is predicted on", [["", "none"], ...devices], studio.counting.device, choose("device"))),
    labelled("Bytes in", menu("Type of values", dtypes, studio.counting.dtype, choose("dtype"))),
    labelled("Batch", el("input", { type: "number", min: 1, max: 65536, value: studio.counting.batch, "aria-label": "Images in a batch",
      onchange: (event) => choose("batch")(event.target.value) })),
    mountAgainst(studio));
  const rows = new Map();
  const row = (name) => {
    if (!rows.has(name)) {
      const now = el("td", { "data-cost": name }), change = el("td", { class: "change" });
      rows.set(name, { now, change, root: el("tr", {}, el("th", { scope: "row", title: nameOf(name) }, nameOf(name)), now, change) });
    }
    return rows.get(name);
  };

  studio.on("bill", (bill) => {
    const listed = bill.totals.map((total) => row(total.name).root);
    if (listed.length !== totals.children.length || listed.some((one, index) => one !== totals.children[index])) totals.replaceChildren(...listed);
    for (const total of bill.totals) {
      const { now, change, root } = row(total.name);
      const bytes = BYTES.includes(total.name) && typeof total.value === "number";
      put(now, bytes ? size(total.value) : total.words);
      now.title = bytes ? `${total.words} bytes` : "";
      put(change, total.share ?? total.change ?? (total.before === undefined ? "" : "="));
      change.title = total.change ? `${total.change}; before: ${total.before}` : "";
      root.className = !total.change ? "" : total.change.startsWith("-") || total.change.startsWith("−") ? "less" : "more";
    }
    put(unpredicted, [bill.unpredicted && `No latency: ${bill.unpredicted}.`, bill.against && `No changes: ${bill.against}`].filter(Boolean).join(" "));
    figuresPart.hidden = !bill.reported.length;
    figures.replaceChildren(...bill.reported.map((one) => el("li", { class: one.alike ? "alike" : "unlike" },
      el("span", { class: "sign", "aria-hidden": "true" }, one.alike ? "✓" : "≠"), ` ${one.words}: ${one.ours}, ${one.verdict}`)));
    timeline(bill.memory);
  });

  // A bar for every call, as high as what is in memory while it runs.
  function timeline(moments) {
    const most = Math.max(...moments.map(([, bytes]) => bytes), 1), width = 300, height = 64, step = width / Math.max(1, moments.length);
    const space = "http://www.w3.org/2000/svg", svg = document.createElementNS(space, "svg");
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    svg.setAttribute("preserveAspectRatio", "none");
    svg.setAttribute("role", "img");
    const peak = moments.findIndex(([, bytes]) => bytes === most);
    svg.setAttribute("aria-label", `Memory of activations over ${moments.length} operators, most ${size(most)}${peak >= 0 ? ` at ${moments[peak][0]}` : ""}`);
    const line = document.createElementNS(space, "path"), top = document.createElementNS(space, "rect");
    line.setAttribute("d", `M0 ${height}${moments.map(([, bytes], index) => `V${(height - (height * bytes) / most).toFixed(1)}H${((index + 1) * step).toFixed(2)}`).join("")}V${height}Z`);
    line.setAttribute("class", "alive");
    Object.entries({ class: "peak", x: peak * step, y: 0, width: Math.max(step, 1.5), height }).forEach(([key, value]) => top.setAttribute(key, value));
    svg.append(line);
    if (peak >= 0) svg.append(top);
    const usual = peak >= 0 ? `${size(most)} at ${moments[peak][0]}` : "";
    memoryWords.textContent = usual;
    const at = (event) => moments[Math.min(moments.length - 1, Math.max(0, Math.floor(((event.clientX - svg.getBoundingClientRect().left) / svg.getBoundingClientRect().width) * moments.length)))];
    svg.addEventListener("pointermove", (event) => { const [node, bytes] = at(event); memoryWords.textContent = `${size(bytes)} while ${node} runs`; });
    svg.addEventListener("pointerleave", () => { memoryWords.textContent = usual; });
    memory.replaceChildren(svg);
  }
}
