// What if a knob were another: curves and contours, the front, what steps do, and budgets.

import { mountCurve } from "./whatif-curve.js";
import { mountFront } from "./whatif-front.js";
import { mountSolve } from "./whatif-solve.js";
import { mountTornado } from "./whatif-tornado.js";
import { debounced, el } from "./dom.js";
import { Varying } from "./varying.js";

const PARTS = [["curve", "Curve", mountCurve], ["front", "Front", mountFront], ["tornado", "Tornado", mountTornado], ["solve", "Solve", mountSolve]];
const WAIT = 30; // milliseconds without a change before a plot is asked for again

export async function mount(studio, host) {
  const varying = new Varying(studio), tabs = el("div", { role: "tablist", "aria-label": "What if", class: "inner" });
  const parts = new Map();
  let open = "curve";

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
  const follow = async () => {
    if (studio.view !== "whatif" || !studio.text.trim()) return;
    try {
      await varying.follow();
    } catch (error) {
      parts.get(open).part.say(error.message, "error");
      return;
    }
    parts.get(open).part.follow();
  };

  for (const [id, title, made] of PARTS) {
    const part = made(studio, varying);
    const tab = el("button", { role: "tab", id: `whatif-tab-${id}`, "aria-controls": `whatif-${id}`, onclick: () => show(id) }, title);
    const place = el("div", { role: "tabpanel", id: `whatif-${id}`, class: "whatif-part", "aria-labelledby": `whatif-tab-${id}` }, part.root);
    parts.set(id, { tab, place, part });
    tabs.append(tab);
  }
  tabs.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key], ids = [...parts.keys()];
    if (!step) return;
    show(ids[(ids.indexOf(open) + step + ids.length) % ids.length], true);
    event.preventDefault();
  });
  host.classList.add("whatif");
  host.append(tabs, ...[...parts.values()].map(({ place }) => place));
  studio.on("draft", debounced(follow, WAIT));
  studio.on("shown", (id) => { if (id === "whatif") follow(); });
  show(open);
}
