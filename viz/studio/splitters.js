// The widths of the panes, by pointer and by keys; kept for the next time.

import { byId } from "./dom.js";

const KEPT = "archdsl.widths", LEAST = 220;

export function mountSplitters() {
  const panes = byId("panes");
  let widths = {};
  try { widths = JSON.parse(localStorage.getItem(KEPT)) ?? {}; } catch { /* what was kept is no data */ }
  const apply = () => {
    for (const side of ["left", "right"]) if (Number.isFinite(widths[side])) panes.style.setProperty(`--${side}`, `${widths[side]}px`);
    for (const side of ["left", "right"]) byId(`split-${side}`).setAttribute("aria-valuenow", Math.round((100 * width(side)) / (panes.clientWidth || 1))); // per cent of the window
  };
  const width = (side) => byId(side).getBoundingClientRect().width;
  const set = (side, value) => {
    const most = panes.clientWidth - LEAST - width(side === "left" ? "right" : "left") - 12;
    widths[side] = Math.round(Math.min(most, Math.max(LEAST, value)));
    apply();
    localStorage.setItem(KEPT, JSON.stringify(widths));
  };
  for (const side of ["left", "right"]) {
    const bar = byId(`split-${side}`), sign = side === "left" ? 1 : -1;
    bar.addEventListener("pointerdown", (event) => {
      const start = event.clientX, before = width(side);
      bar.setPointerCapture(event.pointerId);
      const move = (moved) => set(side, before + sign * (moved.clientX - start));
      bar.addEventListener("pointermove", move);
      bar.addEventListener("lostpointercapture", () => bar.removeEventListener("pointermove", move), { once: true });
    });
    bar.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 16, ArrowLeft: -16 }[event.key];
      if (step) { set(side, width(side) + sign * step); event.preventDefault(); }
    });
    bar.addEventListener("dblclick", () => {
      delete widths[side];
      panes.style.removeProperty(`--${side}`);
      localStorage.setItem(KEPT, JSON.stringify(widths));
      apply();
    });
  }
  window.addEventListener("resize", apply);
  apply();
}
