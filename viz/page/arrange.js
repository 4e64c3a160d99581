"use strict";
// Where things stand. Every group is arranged by itself, from the inside to the outside, so opening one block moves only what is around.

const LINE = 16, TITLE = 26, PAD = 14, GAP = { nodesep: 26, ranksep: 26, edgesep: 14 };

const widthOf = (() => {
  const known = new Map();
  let pen;
  return (text, bold) => {
    const key = (bold ? "b" : "") + text;
    if (!known.has(key)) {
      pen ??= document.createElement("canvas").getContext("2d");
      pen.font = `${bold ? "600 " : ""}13px ${getComputedStyle(document.body).fontFamily}`;
      known.set(key, pen.measureText(text).width);
    }
    return known.get(key);
  };
})();

function sizeOf(part) {
  if (part.kind === "sign") return { width: 26, height: 26 };
  const widest = Math.max(...part.lines.map((line, index) => widthOf(line, part.opens && index === 0)));
  return { width: Math.max(48, widest + 22 + (part.opens ? 22 : 0)), height: part.lines.length * LINE + 12 };
}

// Gives every child of a group a centre (x, y) and a size within it, and the group its arrows and ports. Kept until `forget`.
function arrange(group, rankdir) {
  if (group.arranged) return group.arranged;
  for (const part of group.children) part.size = part.opens && part.open ? arrange(part, rankdir).size : sizeOf(part);
  const arrows = arrowsOf(group);
  let found = layOut(group, arrows, rankdir, "r");
  const mirrored = against(group, found, rankdir); // the paths of a split stand in the order of the spec
  if (mirrored) found = layOut(group, arrows, rankdir, "l");
  const { width = 0, height = 0 } = found.graph();
  const across = rankdir === "LR" ? "y" : "x", breadth = rankdir === "LR" ? height : width;
  const turned = (p) => (mirrored ? { ...p, [across]: breadth - p[across] } : p);
  for (const part of group.children) Object.assign(part, pick(turned(found.node(`${part.id}`))));
  const ports = new Map(found.nodes().filter((key) => "<>".includes(key[0])).map((key) => [key, pick(turned(found.node(key)))]));
  arrows.forEach((arrow, number) => {
    const edge = found.edge(arrow.a, arrow.b, `${number}`);
    arrow.points = edge.points.map(turned);
    arrow.place = arrow.label ? pick(turned(edge)) : null;
  });
  group.arranged = { ...framed(group, ports, width, height, across), arrows, ports };
  return group.arranged;
}

const pick = ({ x, y }) => ({ x, y });

// The arrows of a group by the keys of their ends: a part's number, or `> tensor` and `< tensor` for ports on its border.
function arrowsOf(group) {
  const arrows = shownArrows(group).map((arrow) => ({ ...arrow, a: `${arrow.from.id}`, b: `${arrow.to.id}` }));
  for (const [tensor, inner] of group.enters) {
    const targets = new Set();
    for (const { to, ...link } of inner) {
      if (targets.has(to.id) && to.kind !== "join" && to.kind !== "sign") continue;
      targets.add(to.id);
      arrows.push({ ...link, to, label: "", a: `> ${tensor}`, b: `${to.id}` });
    }
  }
  for (const [tensor, from] of group.leaves) arrows.push({ tensor, from, label: "", a: `${from.id}`, b: `< ${tensor}` });
  return arrows;
}

function layOut(group, arrows, rankdir, labelpos) {
  const row = chain(group, arrows);
  if (row) return inLine(row, arrows, rankdir);
  const graph = new dagre.graphlib.Graph({ multigraph: true });
  graph.setGraph({ rankdir, ...GAP });
  for (const part of group.children) graph.setNode(`${part.id}`, { ...part.size });
  const enters = [...group.enters.keys()].map((tensor) => `> ${tensor}`), leaves = [...group.leaves.keys()].map((tensor) => `< ${tensor}`);
  for (const port of [...enters, ...leaves]) graph.setNode(port, { width: 4, height: 4 });
  holdAtBorder(graph, enters, true);
  holdAtBorder(graph, leaves, false);
  arrows.forEach((arrow, number) => {
    const label = arrow.label ? { width: widthOf(arrow.label) + 8, height: LINE, labelpos, labeloffset: 3 } : {};
    graph.setEdge(arrow.a, arrow.b, { weight: 2, ...label }, `${number}`);
  });
  dagre.layout(graph);
  return graph;
}

// The keys and sizes of a group of which each part reads nothing but the one before, as most groups are; null for any other.
function chain(group, arrows) {
  const sizes = new Map(group.children.map((part) => [`${part.id}`, part.size]));
  for (const [ports, sign] of [[group.enters, ">"], [group.leaves, "<"]]) for (const tensor of ports.keys()) sizes.set(`${sign} ${tensor}`, { width: 4, height: 4 });
  if (arrows.length !== sizes.size - 1) return null;
  const next = new Map(arrows.map((arrow, number) => [arrow.a, number])), read = new Set(arrows.map((arrow) => arrow.b));
  if (next.size !== arrows.length || read.size !== arrows.length) return null;
  const keys = [[...sizes.keys()].find((key) => !read.has(key))];
  for (let number; (number = next.get(keys[keys.length - 1])) !== undefined && keys.length <= sizes.size;) keys.push(arrows[number].b);
  return keys.length === sizes.size ? keys.map((key) => ({ key, number: next.get(key), ...sizes.get(key) })) : null;
}

// The same places as the general layout gives a chain, which takes a hundredth of the time: a diagram is drawn anew while a knob moves.
function inLine(row, arrows, rankdir) {
  const turned = rankdir === "LR", across = turned ? "height" : "width", along = turned ? "width" : "height";
  const nodes = new Map(), edges = new Map();
  let before = 0, after = 0, end = 0; // how far it reaches on either side of the line, and along it
  const point = (far, off = 0) => (turned ? { x: far, y: off } : { x: off, y: far });
  for (const { key, number, ...size } of row) {
    const middle = end + size[along] / 2;
    nodes.set(key, { ...size, ...point(middle) });
    before = Math.max(before, size[across] / 2);
    after = Math.max(after, size[across] / 2);
    end += size[along];
    if (number === undefined) break;
    const { label } = arrows[number], told = label ? { width: widthOf(label) + 8, height: LINE } : { width: 0, height: 0 };
    const room = told[along], off = told[across] / 2 + 3; // a label stands beside the line
    const from = end, over = end + (GAP.ranksep + room) / 2;
    end += GAP.ranksep + room;
    edges.set(`${number}`, { points: [point(from), point(over), point(end)], ...point(over, off) });
    if (label) after = Math.max(after, off + told[across] / 2);
  }
  const shift = (p) => Object.assign(p, turned ? { y: p.y + before } : { x: p.x + before });
  for (const node of nodes.values()) shift(node);
  for (const edge of edges.values()) { edge.points.forEach(shift); shift(edge); }
  return {
    graph: () => (turned ? { width: end, height: before + after } : { width: before + after, height: end }),
    node: (key) => nodes.get(key), nodes: () => [...nodes.keys()], edge: (a, b, number) => edges.get(number),
  };
}

// Whether more neighbours stand against the order of the schedule than in it.
function against(group, graph, rankdir) {
  const [across, along] = rankdir === "LR" ? ["y", "x"] : ["x", "y"];
  const rows = new Map();
  for (const part of group.children) {
    const { [across]: place, [along]: row } = graph.node(`${part.id}`), key = Math.round(row);
    if (!rows.has(key)) rows.set(key, []);
    rows.get(key).push(place);
  }
  let balance = 0;
  for (const row of rows.values()) for (let i = 1; i < row.length; i++) balance += Math.sign(row[i - 1] - row[i]);
  return balance > 0;
}

// The size of an open group, wide enough for its title and with its main line in the middle, and where its inside begins.
function framed(group, ports, width, height, across) {
  const title = group.lines ? widthOf(group.lines.join("   "), true) + 40 : 0;
  const main = ports.values().next().value?.[across], breadth = across === "x" ? width : height;
  let half = Math.max(main ?? breadth / 2, breadth - (main ?? breadth / 2)), lead = half - (main ?? breadth / 2);
  if (2 * half > Math.max(1.8 * breadth, title)) [half, lead] = [breadth / 2, 0];
  if (across === "y") return { size: { width: Math.max(width - 12, title), height: 2 * (half + TITLE) }, shift: { x: -6, y: lead + TITLE } };
  const wide = Math.max(2 * half, title) + 2 * PAD;
  return { size: { width: wide, height: height + TITLE - 2 }, shift: { x: wide / 2 - half + lead, y: TITLE - 4 } };
}

// Ports stay on the side where tensors come in or go out, also where only a box further on reads them.
function holdAtBorder(graph, ports, first) {
  if (ports.length < 2) return;
  const holder = first ? ">" : "<";
  graph.setNode(holder, { width: 1, height: 1 });
  for (const port of ports) graph.setEdge(...(first ? [holder, port] : [port, holder]), { weight: 50 }, "hold");
}

// After a part was opened or closed, everything around it has to be arranged anew.
function forget(part) {
  for (let p = part; p; p = p.parent) p.arranged = undefined;
}

// Absolute places: of boxes their centre, of groups the origin of what is in them; and the arrows with their points.
function place(group, rankdir, origin = { x: 0, y: 0 }, found = { arrows: [], dots: [] }) {
  const { arrows, ports } = arrange(group, rankdir);
  const at = (p) => ({ x: p.x + origin.x, y: p.y + origin.y });
  for (const part of group.children) {
    part.at = at(part);
    if (!(part.opens && part.open)) continue;
    const { size, shift } = part.arranged;
    place(part, rankdir, { x: part.at.x - size.width / 2 + shift.x, y: part.at.y - size.height / 2 + shift.y }, found);
  }
  for (const [key, port] of ports) {
    port.at = at(port);
    if (key[0] === ">" && arrows.filter((arrow) => arrow.a === key).length > 1) found.dots.push(port.at);
  }
  for (const arrow of arrows) {
    const points = arrow.points.map(at);
    const inside = (part, key) => part?.opens && part.open && part.arranged.ports.get(key)?.at;
    const start = group.enters.has(arrow.tensor) && arrow.a[0] === ">" ? ports.get(arrow.a).at : inside(arrow.from, `< ${arrow.tensor}`);
    const end = arrow.b[0] === "<" ? ports.get(arrow.b).at : inside(arrow.to, `> ${arrow.tensor}`);
    points[0] = start || touching(arrow.from, points[0], 1, rankdir);
    points[points.length - 1] = end || touching(arrow.to, points[points.length - 1], -1, rankdir);
    found.arrows.push({ points, label: arrow.label, at: arrow.place && at(arrow.place), head: !end, arrow });
  }
  return found;
}

// Where a line meets a box: on the side that it runs to, not past a corner.
function touching(part, point, side, rankdir) {
  if (part.kind === "sign") return point;
  const { at, size } = part, held = (value, middle, half) => Math.min(middle + half, Math.max(middle - half, value));
  if (rankdir === "LR") return { x: at.x + (side * size.width) / 2, y: held(point.y, at.y, size.height / 2 - 6) };
  return { x: held(point.x, at.x, Math.max(0, size.width / 2 - 10)), y: at.y + (side * size.height) / 2 };
}

// A smooth line through points that runs in the direction of reading at each of them.
function curve(points, rankdir) {
  let path = `M${points[0].x} ${points[0].y}`;
  for (let i = 1; i < points.length; i++) {
    const p = points[i - 1], q = points[i];
    if (rankdir === "LR") {
      const middle = (p.x + q.x) / 2;
      path += p.y === q.y ? `H${q.x}` : `C${middle} ${p.y} ${middle} ${q.y} ${q.x} ${q.y}`;
    } else {
      const middle = (p.y + q.y) / 2;
      path += p.x === q.x ? `V${q.y}` : `C${p.x} ${middle} ${q.x} ${middle} ${q.x} ${q.y}`;
    }
  }
  return path;
}
