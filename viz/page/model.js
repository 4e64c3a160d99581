"use strict";
// The parts as a tree with the arrows of every level: what a group shows is decided here, where it stands in arrange.js.

function makeModel(data) {
  const root = { id: -1, kind: "root", children: [], arrows: [], enters: new Map(), leaves: new Map(), open: true };
  const parts = data.parts.map((part, id) => ({ ...part, id, children: [], arrows: [], enters: new Map(), leaves: new Map() }));
  for (const part of parts) {
    part.parent = part.around < 0 ? root : parts[part.around];
    part.parent.children.push(part);
    part.opens = part.open !== undefined;
  }
  for (const [source, target, tensor, shape, news] of data.links) {
    addLink(parts[source], parts[target], { tensor, shape, news: news === 1, source: parts[source], target: parts[target] });
  }
  return { root, parts, data };
}

// A tensor from one box to another is an arrow in the group around both, and passes a port on the border of every group between.
function addLink(source, target, link) {
  const from = pathOf(source), to = pathOf(target);
  let depth = 0;
  while (from[depth] === to[depth]) depth++;
  from[depth - 1].arrows.push({ from: from[depth], to: to[depth], ...link });
  for (let i = depth; i < from.length - 1; i++) from[i].leaves.set(link.tensor, from[i + 1]);
  for (let i = depth; i < to.length - 1; i++) {
    const enters = to[i].enters;
    if (!enters.has(link.tensor)) enters.set(link.tensor, []);
    enters.get(link.tensor).push({ to: to[i + 1], ...link });
  }
}

// From the root to a part, both included.
function pathOf(part) {
  const path = [];
  for (let p = part; p; p = p.parent) path.unshift(p);
  return path;
}

// What a reader sees of a box: the outermost closed group around it, or the box itself.
function onView(box) {
  return pathOf(box).find((part) => part.id >= 0 && part.opens && !part.open) ?? box;
}

// Parts that are on view, in the order of the schedule; an open group stands before what is in it.
function visible(group, found = []) {
  for (const part of group.children) {
    found.push(part);
    if (part.opens && part.open) visible(part, found);
  }
  return found;
}

// The arrows of a group as they are on view: one for each tensor and pair of parts, but a join shows a tensor that it reads twice.
function shownArrows(group) {
  const once = new Map();
  const labelled = new Set();
  for (const arrow of group.arrows) {
    const joins = arrow.to.kind === "join" || arrow.to.kind === "sign";
    const key = [arrow.from.id, arrow.to.id, arrow.tensor, joins ? once.size : 0].join(" ");
    if (once.has(key)) continue;
    const told = `${arrow.from.id} ${arrow.tensor}`;
    const news = arrow.news || onView(arrow.source).opens || onView(arrow.target).opens; // what a closed group does is not known
    const label = news && !labelled.has(told) ? arrow.shape : "";
    labelled.add(told);
    once.set(key, { ...arrow, label });
  }
  return [...once.values()];
}

// A search by words, all of which must stand in the name, the text or an operator of a part.
function search(model, text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length) return [];
  return model.parts.filter((part) => {
    part.text ??= [part.name, ...part.lines, ...(part.operators ?? []).map((o) => `${o[0]} ${o[1]} ${o[2]}`)].join(" ").toLowerCase();
    return words.every((word) => part.text.includes(word));
  });
}
