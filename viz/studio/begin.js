// What can be done where there is no text yet.

import { byId, el } from "./dom.js";
import { keysInWords } from "./commands.js";

export function mountBegin(studio) {
  const begin = async () => {
    try {
      const { text } = await studio.ask("new", {});
      studio.edit({ text, file: "", settings: {} }, "new");
      await studio.show("diagram");
      studio.editor.focus();
    } catch (error) {
      studio.say(error.message, "error");
    }
  };
  studio.command({ id: "new", title: "New: a small network to begin with", run: begin });
  const open = () => studio.commands.get("open").run();
  const host = el("div", { id: "begin", hidden: true },
    el("p", {}, "Nothing is written yet."),
    el("div", { class: "tools" }, el("button", { class: "chief", onclick: begin }, "Begin with a small network"), el("button", { onclick: open }, "Open…")),
    el("p", { class: "hint" }, "Or choose one in the gallery, type, or drop a file on the page: a spec (.yaml) or a model (.onnx, .pt2). ",
      el("kbd", {}, keysInWords("Mod-k")), " lists all commands."));
  byId("editor").append(host);
  return () => { host.hidden = studio.text.trim() !== ""; };
}
