"use strict";
// Brings the parts together.

{
  const model = makeModel(JSON.parse(byId("data").textContent));
  const svg = byId("drawing");
  const view = new View(model, svg);
  const panel = new Panel(model, view);
  view.onSelect = (part) => panel.show(part);
  view.onPaint = (scale) => {
    byId("scale").hidden = !scale;
    if (!scale) return;
    const steps = scale.words.map((words, tone) => {
      const [fill, ink] = model.data.looks[tone];
      return node("span", { style: `background: ${fill}; color: ${ink}` }, words);
    });
    byId("scale").replaceChildren(node("div", {}, scale.title), ...steps);
  };
  for (const cost of Object.keys(model.data.scales)) {
    if (![...byId("colour").options].some((option) => option.value === cost)) byId("colour").append(node("option", { value: cost }, cost));
  }

  svg.addEventListener("pointermove", (event) => panel.tip(event.buttons ? null : view.partAt(event.target), event.clientX, event.clientY));
  svg.addEventListener("pointerleave", () => panel.tip(null));
  svg.addEventListener("focusin", () => svg.classList.add("focused"));

  byId("fold").addEventListener("click", () => view.toggleAll(false));
  byId("unfold").addEventListener("click", () => view.toggleAll(true));
  byId("fit").addEventListener("click", () => view.fit());
  byId("closer").addEventListener("click", () => view.zoom(1.3));
  byId("farther").addEventListener("click", () => view.zoom(1 / 1.3));
  byId("colour").value = view.colour;
  byId("colour").addEventListener("change", (event) => { view.colour = event.target.value; view.paint(); });
  byId("side").addEventListener("click", () => {
    const before = svg.getBoundingClientRect().width, shown = document.body.classList.toggle("narrow");
    view.camera.x += (svg.getBoundingClientRect().width - before) / 2;
    view.move();
    byId("side").setAttribute("aria-pressed", `${!shown}`);
  });

  const query = byId("query");
  query.addEventListener("input", () => panel.find(query.value));
  query.addEventListener("focus", () => { if (query.value) panel.openList(true); });
  query.addEventListener("blur", () => panel.openList(false));
  query.addEventListener("keydown", (event) => {
    if (event.key === "Enter") { panel.choose(panel.chosen + (event.shiftKey ? -1 : 1)); panel.openList(false); }
    else if (event.key === "ArrowDown") panel.choose(panel.chosen + 1);
    else if (event.key === "ArrowUp") panel.choose(panel.chosen - 1);
    else if (event.key === "Escape") { query.value = ""; panel.find(""); view.select(view.selected, true); }
    else return;
    event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    if (event.target === query || event.target.tagName === "SELECT" || event.ctrlKey || event.metaKey || event.altKey) return;
    const act = {
      "/": () => { query.focus(); query.select(); }, "+": () => view.zoom(1.3), "=": () => view.zoom(1.3), "-": () => view.zoom(1 / 1.3),
      0: () => view.fit(), Escape: () => { view.hits.clear(); view.select(null); },
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });

  view.draw();
  view.begin();
}
