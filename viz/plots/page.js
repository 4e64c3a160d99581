// Draws the figures of the page. Everything that is shown is in the element with the id "plots"; text goes in as text, never as HTML.
(() => {
  "use strict";
  const page = JSON.parse(document.getElementById("plots").textContent);
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const gl = (() => { try { return !!document.createElement("canvas").getContext("webgl"); } catch { return false; } })();
  const config = { displaylogo: false, displayModeBar: innerWidth > 600, responsive: true, showSendToCloud: false, showEditInChartStudio: false,
    modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d"], toImageButtonOptions: { format: "svg" } };

  function make(tag, words, into, kind) {
    const element = document.createElement(tag);
    if (words !== null) element.textContent = words;
    if (kind) element.className = kind;
    if (into) into.append(element);
    return element;
  }

  // Colours are named; the style sheet says what they are in light and in dark.
  function painted(value, style) {
    if (typeof value === "string") return value.startsWith("var(--") ? style.getPropertyValue(value.slice(4, -1)).trim() : value;
    if (Array.isArray(value)) return value.length && typeof value[0] === "object" ? value.map(v => painted(v, style)) : value;
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key,
      key === "colorscale" ? inner.map(([at, colour]) => [at, painted(colour, style)])
        : typeof inner === "string" && !/colou?r$/i.test(key) ? inner : painted(inner, style)]));
  }

  // The figure with what was chosen in its controls.
  function chosen(plot) {
    const figure = painted(plot.figure, getComputedStyle(document.documentElement));
    const column = plot.table === null ? undefined : page.tables[plot.table].find(c => c.name === plot.colour);
    figure.layout.uirevision = "kept";
    figure.layout.coloraxis = { ...figure.layout.coloraxis, showscale: !!column };
    if (column) {
      const axis = painted(column.axis, getComputedStyle(document.documentElement));
      const colorbar = { ...figure.layout.coloraxis.colorbar, ...axis.colorbar };
      figure.layout.coloraxis = { ...axis, colorbar, showscale: true };
    }
    for (const trace of figure.data) {
      if (trace.type === "scattergl" && !gl) trace.type = "scatter";
      for (const part of [trace.marker, trace.line]) {
        if (!part || !part.coloraxis) continue;
        if (column) part.color = trace.customdata ? trace.customdata.map(row => column.places[row]) : column.places;
        else delete part.coloraxis;
      }
    }
    for (const name of plot.logs || []) Object.assign(figure.layout[name + "axis"], { type: "log", dtick: digits(plot, name) });
    return figure;
  }

  // Over more than a decade the ticks are 1, 2 and 5, or they touch; zoomed in plotly knows better.
  function digits(plot, name) {
    const axis = plot.box.layout && plot.box.layout[name + "axis"];
    if (axis && axis.type === "log" && axis.range) return axis.range[1] - axis.range[0] > 1 ? "D2" : null;
    const values = plot.figure.data.flatMap(trace => trace[name]).filter(value => value !== null);
    return values.reduce((a, b) => Math.max(a, b)) / values.reduce((a, b) => Math.min(a, b)) > 10 ? "D2" : null;
  }

  function draw(plot) {
    const { data, layout } = chosen(plot);
    return Plotly.react(plot.box, data, layout, config);
  }

  const exact = new Intl.NumberFormat("en-US", { maximumFractionDigits: 12 });
  function value(column, row) {
    const words = column.words[column.word[row]];
    const number = exact.format(column.places[row]);
    return [words, column.cost && number !== words ? number : ""];
  }

  function variant(columns, row) {
    const table = make("table", null);
    let costs = false;
    for (const column of columns) {
      const line = make("tr", null, table, column.cost && !costs ? "costs" : "");
      costs = column.cost;
      make("th", column.name, line);
      const [words, number] = value(column, row);
      make("td", words, line);
      make("td", number, line, "number");
    }
    return table;
  }

  // The options that give this variant again, quoted for a shell.
  function options(columns, row) {
    const quoted = words => /^[\w.,:=\/+-]+$/.test(words) ? words : "'" + words.replaceAll("'", "'\\''") + "'";
    return columns.filter(c => !c.cost).map(c => "--set " + quoted(c.name + "=" + c.words[c.word[row]]) + " ");
  }

  function controls(plot, section) {
    const bar = make("div", null, section, "controls");
    const columns = page.tables[plot.table];
    const label = make("label", "colour ", bar);
    const select = make("select", null, label);
    make("option", "one colour", select).value = "";
    columns.forEach((column, index) => { if (column.varies) make("option", column.name, select).value = String(index); });
    select.value = plot.colour === null ? "" : String(columns.findIndex(c => c.name === plot.colour));
    select.addEventListener("change", () => {
      plot.colour = select.value === "" ? null : columns[Number(select.value)].name;
      draw(plot);
    });
    for (const [name, title] of plot.axes || []) {
      const toggle = make("label", null, bar);
      const box = make("input", null, toggle);
      box.type = "checkbox";
      box.checked = plot.logs.includes(name);
      toggle.append(title + " logarithmic");
      box.addEventListener("change", () => {
        plot.logs = plot.logs.filter(n => n !== name).concat(box.checked ? [name] : []);
        plot.figure.layout[name + "axis"].uirevision = String(box.checked);
        draw(plot);
      });
    }
  }

  const tip = make("div", null, document.body, "tip");
  tip.hidden = true;
  function hover(plot, section) {
    const columns = page.tables[plot.table];
    const picked = make("div", null, section, "picked");
    make("span", "Point at a variant to see it, click it to keep it here.", picked, "hint");
    plot.box.on("plotly_hover", ({ points, event }) => {
      tip.replaceChildren(variant(columns, points[0].customdata));
      tip.hidden = false;
      const room = tip.getBoundingClientRect();
      const left = event.clientX + 18 + room.width > innerWidth ? event.clientX - 18 - room.width : event.clientX + 18;
      tip.style.left = Math.max(4, left) + "px";
      tip.style.top = Math.max(4, Math.min(event.clientY + 12, innerHeight - room.height - 4)) + "px";
    });
    plot.box.on("plotly_unhover", () => { tip.hidden = true; });
    plot.box.on("plotly_click", ({ points }) => {
      const row = points[0].customdata;
      picked.replaceChildren(variant(columns, row));
      const shell = make("code", null, make("p", null, picked));
      for (const option of options(columns, row)) make("span", option, shell);
    });
  }

  function listed(plot, section) {
    if (!plot.front.length) return;
    const most = 200, columns = page.tables[plot.table];
    const details = make("details", null, section);
    const more = plot.front.length > most ? `, the first ${most} of ` : ", ";
    make("summary", `The front as a table${more}${exact.format(plot.front.length)} variants`, details);
    details.addEventListener("toggle", () => {
      const table = make("table", null, make("div", null, details, "rows"));
      const head = make("tr", null, make("thead", null, table));
      columns.forEach(column => make("th", column.name, head));
      const body = make("tbody", null, table);
      for (const row of plot.front.slice(0, most)) {
        const line = make("tr", null, body);
        for (const column of columns) {
          const [words, number] = value(column, row);
          make("td", number || words, line, column.cost ? "number" : "");
        }
      }
    }, { once: true });
  }

  for (const plot of page.plots) {
    const section = make("section", null, document.querySelector("main"));
    make("h2", plot.title, section);
    if (plot.note) make("p", plot.note, section, "note");
    if (plot.hint) make("p", plot.hint, section, "hint");
    if (plot.table !== null) controls(plot, section);
    plot.box = make("div", null, make("div", null, section, "scroll"));
    plot.box.setAttribute("role", "img");
    plot.box.setAttribute("aria-label", plot.title);
    if (plot.width) plot.box.style.minWidth = plot.width + "px";
    if (plot.figure.data.some(trace => trace.type === "parcoords") && !gl) {
      make("p", "This browser draws no WebGL, which parallel coordinates need.", plot.box, "note");
      continue;
    }
    plot.drawn = draw(plot);
    if (plot.front) {
      hover(plot, section);
      listed(plot, section);
      plot.box.on("plotly_relayout", () => {
        for (const name of plot.logs) {
          const want = digits(plot, name);
          if ((plot.box.layout[name + "axis"].dtick ?? null) !== want) Plotly.relayout(plot.box, { [name + "axis.dtick"]: want });
        }
      });
    }
  }
  const all = page.plots.filter(plot => plot.drawn);
  dark.addEventListener("change", () => all.forEach(draw));
  Promise.all(all.map(plot => plot.drawn)).then(() => { document.documentElement.dataset.drawn = String(all.length); });
})();
