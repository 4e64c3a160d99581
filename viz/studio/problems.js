// The mistakes of the text below it: what the command line says, where, and what would mend it.

import { byId, el } from "./dom.js";
import { goTo } from "./editor.js";
import { mend } from "./suggest.js";

const SHOWN = 4;

export function mountProblems(studio) {
  const host = byId("problems");
  studio.on("problems", (problems) => {
    const listed = problems.slice(0, SHOWN).map((one) => el("li", { class: one.severity }, ...words(studio, one)));
    if (problems.length > SHOWN) listed.push(el("li", { class: "hint" }, `and ${problems.length - SHOWN} more`));
    host.replaceChildren(listed.length ? el("ul", {}, listed) : "");
    host.classList.toggle("some", listed.length > 0);
  });
}

function words(studio, one) {
  const placed = one.line !== undefined && one.here;
  const where = one.line === undefined ? "" : one.here ? `line ${one.line + 1}` : `${one.file}, line ${one.line + 1}`;
  const told = placed ? el("button", { class: "place", onclick: () => goTo(studio, one.line, one.column) }, where) : where && el("span", { class: "place" }, where);
  const message = el("span", { title: one.text ?? "" }, one.message);
  const fixes = one.here ? (one.fixes ?? []).map((fix) => el("button", { class: "fix", onclick: () => mend(studio, fix) }, fix.title)) : [];
  return [told, " ", message, one.hint ? el("span", { class: "hint" }, ` ${one.hint}`) : "", ...fixes];
}
