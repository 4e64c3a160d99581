// Files below the folders as a tree beside a field, which keeps the keys: Up and Down go through it, Right and Left open and close folders.

import { el } from "./dom.js";
import { nameOf } from "./state.js";

const when = (one) => new Date(one.changed * 1000).toLocaleString();

// What is listed, as folders that hold folders and files.
function grown({ files, folders }) {
  const root = { name: "", path: "", kind: "folder", open: true, inner: [] }, known = new Map([["", root]]);
  const folder = (path) => {
    if (!known.has(path)) {
      const cut = path.lastIndexOf("/");
      const found = { name: path.slice(cut + 1), path, kind: "folder", open: false, inner: [] };
      folder(path.slice(0, Math.max(0, cut))).inner.push(found);
      known.set(path, found);
    }
    return known.get(path);
  };
  for (const path of folders) folder(path);
  for (const one of files) folder(one.file.slice(0, Math.max(0, one.file.lastIndexOf("/")))).inner.push({ name: one.file.split("/").pop(), path: one.file, kind: "file", hint: one.hint ?? when(one) });
  return root;
}

export class Tree {
  // `listing`: files, folders, names of the zoo and snapshots, those that are to be shown. `pick`: hears of what is chosen, folders too.
  constructor(id, label, listing, pick) {
    this.pick = pick;
    this.roots = [grown(listing)];
    const group = (name, inner) => { if (inner?.length) this.roots.push({ inner: [{ name, path: `${name}:`, kind: "folder", open: true, inner: inner.map((one) => ({ kind: "file", ...one })) }] }); };
    group("snapshots", listing.snapshots);
    group("zoo", listing.zoo?.map((name) => ({ name, path: `zoo:${name}`, hint: "zoo" })));
    this.root = el("ul", { id, role: "tree", "aria-label": label, class: "tree" });
    this.at = -1;
    this.words = [];
    this.show();
  }

  // The rows that are seen: those of open folders, or all files whose names hold all words.
  rows() {
    const found = [];
    const within = (one, level) => {
      for (const inner of one.inner) {
        const words = this.words, path = `${inner.path} ${inner.name}`.toLowerCase();
        if (!words.length || (inner.kind === "file" && words.every((word) => path.includes(word)))) found.push({ one: inner, level: words.length ? 1 : level });
        if (inner.kind === "folder" && (inner.open || words.length)) within(inner, level + 1);
      }
    };
    for (const root of this.roots) within(root, 1);
    return found.slice(0, 500);
  }

  find(text, at) {
    this.words = text.toLowerCase().split(/\s+/).filter(Boolean);
    this.at = at;
    this.show();
  }

  show() {
    this.seen = this.rows();
    this.at = Math.min(this.at, this.seen.length - 1);
    this.root.replaceChildren(...this.seen.map(({ one, level }, index) => el("li", {
      role: "treeitem", id: `${this.root.id}-${index}`, "aria-level": level, "aria-selected": `${index === this.at}`, "aria-expanded": one.kind === "folder" ? `${one.open}` : undefined,
      class: `level-${Math.min(level, 8)}`, onclick: () => { this.at = index; this.choose(); },
    }, el("span", { class: one.kind }, this.words.length && !one.path.includes(":") ? one.path : one.name), el("span", { class: "hint" }, one.hint ?? ""))));
    this.root.children[this.at]?.scrollIntoView({ block: "nearest" });
    this.field?.setAttribute("aria-activedescendant", this.at >= 0 ? `${this.root.id}-${this.at}` : "");
  }

  choose() {
    const { one } = this.seen[this.at];
    if (one.kind === "folder") one.open = !one.open;
    this.show();
    this.pick(one);
  }

  // Listens to the keys of a field. Gives the field its part as the master of the tree.
  follow(field) {
    this.field = field;
    for (const [name, value] of Object.entries({ role: "combobox", "aria-expanded": "true", "aria-haspopup": "tree", "aria-controls": this.root.id, autocomplete: "off", spellcheck: "false" })) field.setAttribute(name, value);
    field.addEventListener("keydown", (event) => {
      const folder = this.at >= 0 && !this.words.length && this.seen[this.at].one.kind === "folder" ? this.seen[this.at].one : null;
      if (event.key === "ArrowDown") this.at = Math.min(this.seen.length - 1, this.at + 1);
      else if (event.key === "ArrowUp") this.at = Math.max(-1, this.at - 1);
      else if (event.key === "ArrowRight" && folder && !folder.open) folder.open = true;
      else if (event.key === "ArrowLeft" && folder?.open) folder.open = false;
      else if (event.key === "Enter" && this.at >= 0) this.choose();
      else return;
      event.preventDefault();
      this.show();
    });
    this.show();
  }
}

// What saving under a name does, in words: {name, exists, words}; `wrong` where it cannot be.
export function fate(listing, text) {
  const bare = text.trim().replace(/^\.\//, "");
  if (!bare || bare.endsWith("/")) return { wrong: "A file has a name." };
  const name = /\.ya?ml$/i.test(bare) ? bare : `${bare}.yaml`, folder = name.slice(0, Math.max(0, name.lastIndexOf("/")));
  if (name.split("/").some((part) => !part || part.startsWith("."))) return { wrong: "No part of a name is empty, hidden or “..”." };
  const found = listing.files.find((one) => one.file === name);
  if (found) return { name, exists: true, words: `${name} is there already, from ${when(found)}.` };
  const fresh = folder && !listing.folders.includes(folder);
  return { name, exists: false, fresh: fresh ? folder : "", words: fresh ? `Makes the folder ${folder} and in it ${nameOf(name)}.` : `Makes the file ${name}.` };
}
