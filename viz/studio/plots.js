// Plots as the server describes them, drawn by plotly, which is loaded when the first one is looked at.

import { el } from "./dom.js";

let library = null;

// plotly, from the package that is installed beside the server. Fails with a message for the person where there is none.
export function plotly() {
  library ??= new Promise((resolve, reject) => {
    const script = el("script", { src: "plotly.js", onload: () => resolve(window.Plotly), onerror: async () => {
      library = null;
      const why = await fetch("plotly.js").then((found) => found.text(), () => "");
      reject(new Error(why || "The library of plots could not be loaded from the server."));
    } });
    document.head.append(script);
  });
  return library;
}

const dark = matchMedia("(prefers-color-scheme: dark)");
const exact = new Intl.NumberFormat("en-US", { maximumFractionDigits: 12 });
const CROWD = 40; // points on a line from which their marks are small
const CONFIG = { displayModeBar: false, responsive: false, showTips: false, doubleClick: "reset" };

// Words that plotly shows as they are written: no tags, no formulas between dollars.
const written = (words) => String(words).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll("$", "&#36;");

// Colours are named; the style sheet says what they are in light and in dark.
function painted(value, style) {
  if (typeof value === "string") return value.startsWith("var(--") ? style.getPropertyValue(value.slice(4, -1)).trim() : value;
  if (Array.isArray(value)) return value.length && typeof value[0] === "object" && value[0] !== null ? value.map((one) => painted(one, style)) : value;
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key,
    key === "colorscale" ? inner.map(([at, colour]) => [at, painted(colour, style)])
      : typeof inner === "string" && !/colou?r$/i.test(key) ? inner : painted(inner, style)]));
}

// Ticks of a logarithmic axis: powers of ten where there are many or there is little room, also 2 and 5 where there are few.
// `room`: how many ticks have a place of their own.
function digits(data, name, room) {
  const values = data.flatMap((trace) => trace[name]).filter((value) => value !== null);
  const decades = Math.log10(values.reduce((a, b) => Math.max(a, b)) / values.reduce((a, b) => Math.min(a, b)));
  return decades > 3 || 3 * decades > room ? 1 : decades > 1 ? "D2" : null;
}

// What a point says under the pointer: every setting that varies and every cost.
function told(columns, row) {
  return columns.filter((column) => column.varies || column.cost)
    .map((column) => `${written(column.name)} ${column.cost ? exact.format(column.places[row]) : written(column.words[column.word[row]])}`).join("<br>");
}

export class Plot {
  // `pick(row)`: a point was clicked; rows are numbered as in the answer.
  // `fitted(data, layout, width, size)`: changes a figure for so many pixels of width and of type.
  constructor({ label, pick, fitted, tall = false }) {
    this.box = el("div", { class: tall ? "plot tall" : "plot", role: "img", "aria-label": label });
    Object.assign(this, { pick, fitted });
    this.answer = null;
    this.colour = undefined;
    dark.addEventListener("change", () => this.draw());
    new ResizeObserver(() => this.fit()).observe(this.box);
  }

  // Shows an answer. The view of the person, zoomed or not, stays while the same thing is shown.
  async show(answer, same = "") {
    this.answer = answer;
    this.same = same;
    this.box.setAttribute("aria-label", answer.title);
    await this.draw();
  }

  fit() {
    if (!this.drawn || !this.box.clientWidth) return;
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => this.draw());
  }

  async draw() {
    if (!this.answer || !this.box.clientWidth) return;
    const Plotly = await plotly();
    const { data, layout } = this.figure();
    await Plotly.react(this.box, data, layout, CONFIG);
    if (this.drawn) return;
    this.drawn = true;
    this.box.on("plotly_click", ({ points }) => {
      const row = points[0].customdata;
      if (Number.isInteger(row)) this.pick?.(row);
    });
  }

  figure() {
    const style = getComputedStyle(this.box), { figure, columns, logs = [] } = this.answer;
    const { data, layout } = painted(figure, style);
    const size = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const column = columns?.find((one) => one.name === (this.colour === undefined ? this.answer.colour : this.colour));
    if (columns) layout.coloraxis = { ...layout.coloraxis, showscale: Boolean(column) };
    if (column) {
      const axis = painted(column.axis, style);
      layout.coloraxis = { ...axis, colorbar: { ...layout.coloraxis.colorbar, ...axis.colorbar }, showscale: true };
    }
    for (const trace of data) {
      if (trace.type === "scattergl") trace.type = "scatter"; // the graphics card wants scripts that are made at run time, which the page forbids
      if (columns && trace.customdata) Object.assign(trace, { hoverinfo: "text", hovertext: trace.customdata.map((row) => told(columns, row)) });
      if (!trace.marker?.coloraxis) continue;
      if (column && trace.customdata) trace.marker.color = trace.customdata.map((row) => column.places[row]);
      if (!column) delete trace.marker.coloraxis;
    }
    for (const name of logs) Object.assign(layout[`${name}axis`], { type: "log", dtick: digits(data, name, (name === "y" ? this.box.clientHeight : this.box.clientWidth) / (size * (name === "y" ? 2.2 : 3.5))) });
    for (const trace of data) if (trace.marker && trace.x?.length > CROWD && trace.mode === "lines+markers") trace.marker.size = Math.min(trace.marker.size, 6);
    const words = Math.round(size * 0.9);
    for (const annotation of layout.annotations ?? []) annotation.font = { ...annotation.font, size: words };
    Object.assign(layout, { uirevision: this.same, width: this.box.clientWidth, autosize: false, font: { ...layout.font, size: words },
      hoverlabel: { bgcolor: style.getPropertyValue("--card").trim(), bordercolor: style.getPropertyValue("--line").trim(), align: "left", namelength: -1,
        font: { size: words, color: style.getPropertyValue("--ink").trim() } }, hovermode: "closest",
      margin: { l: size * 4, r: size, t: size * 2.2, b: size * 3.2 } });
    this.fitted?.(data, layout, this.box.clientWidth, words);
    if (this.box.classList.contains("tall")) this.box.style.height = `${layout.height = Math.round(layout.height * size / 16)}px`;
    else layout.height = this.box.clientHeight;
    return { data, layout };
  }
}
