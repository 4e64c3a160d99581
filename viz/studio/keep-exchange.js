// Files that are made of the design, and files that are dropped on the page.

import { el } from "./dom.js";

const MOST = 512 * 2 ** 20; // bytes of a model that the server takes
const TEXT = 4e6; // bytes of a spec

const mega = (bytes) => `${(bytes / 2 ** 20).toFixed(bytes < 10 * 2 ** 20 ? 1 : 0)} MiB`;

// Sends a file to the server, and says how much of it has gone. Gives the name under which the server has it.
function sent(file, progress, signal) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest(); // fetch does not tell how far it is
    const gone = () => reject(new Error("The server does not answer; the file was not sent."));
    request.open("POST", `drop?name=${encodeURIComponent(file.name)}`);
    request.upload.onprogress = ({ loaded }) => progress(file.size ? loaded / file.size : 1, `${mega(loaded)} of ${mega(file.size)} sent`);
    request.onload = () => (request.status === 200 ? resolve(JSON.parse(request.responseText).dropped) : reject(new Error(request.responseText || request.statusText)));
    request.onerror = gone;
    signal.addEventListener("abort", () => request.abort());
    progress(0, `0 of ${mega(file.size)} sent`);
    request.send(file);
  });
}

export function mountExchange(studio, told) {
  // A dialog with progress, and a button that gives the work up.
  async function working(title, work) {
    const bar = el("progress", { max: 1, value: 0, "aria-label": title }), words = el("p", { class: "hint", role: "status" }, "…");
    const giveUp = new AbortController();
    const made = el("dialog", { "aria-label": title }, el("h2", {}, title), el("div", { class: "body" }, bar, words),
      el("div", { class: "actions" }, el("button", { onclick: () => made.close() }, "Cancel")));
    document.body.append(made);
    made.showModal();
    const stopped = new Promise((resolve) => made.addEventListener("close", () => { giveUp.abort(); made.remove(); resolve(null); }));
    const progress = (share, said) => { bar.value = share; words.textContent = said; };
    try { return await Promise.race([work(progress, giveUp.signal), stopped]); } finally { made.close(); }
  }

  const make = told(async (one) => {
    const given = { form: one.form, draft: studio.draft(), counting: studio.counting };
    const done = await working(`Making ${one.words}`, (progress, signal) => studio.ask("make", given, { progress, signal }));
    if (!done) return;
    el("a", { href: `made/${done.token}`, download: done.name }).click();
    studio.say([`${done.name} is made.`, ...done.notes].join("\n"));
  });

  studio.command({ id: "export", title: "Export…", keys: "Mod-e", run: told(async () => {
    const forms = await studio.ask("make.forms", {});
    const groups = [...new Set(forms.map((one) => one.group))];
    const body = el("div", { class: "forms" }, groups.map((group) => el("section", {}, el("h3", {}, group),
      forms.filter((one) => one.group === group).map((one) => el("button", { value: one.form, type: "submit" }, one.words, el("span", { class: "hint" }, ` ${one.ending}`))))));
    const chosen = await studio.dialog({ title: "Export", body, actions: [["", "Cancel"]] });
    const found = forms.find((one) => one.form === chosen);
    if (found) await make(found);
  }) });

  // -- dropped files -----------------------------------------------------------------------------------------------------------------

  const take = told(async (file) => {
    if (/\.ya?ml$/i.test(file.name)) {
      if (file.size > TEXT) throw new Error(`${file.name} is larger than a spec may be.`);
      studio.edit({ text: await file.text(), file: "", settings: {} }, "drop");
      studio.say(`${file.name} is open as a new design; Save gives it a place.`);
      return;
    }
    if (!/\.(onnx|pt2)$/i.test(file.name)) throw new Error(`${file.name} cannot be read; a model ends in .onnx or .pt2, a spec in .yaml.`);
    if (!file.size) throw new Error(`${file.name} is empty.`);
    if (file.size > MOST) throw new Error(`${file.name} is too large: at most 512 MiB are taken.`);
    const found = await working(`Importing ${file.name}`, async (progress, signal) => {
      const dropped = await sent(file, progress, signal);
      return studio.ask("import", { dropped }, { progress, signal });
    });
    if (!found) return;
    studio.edit({ text: found.text, file: "", settings: {} }, "import");
    studio.show("diagram");
    const rows = found.compared.map((row) => el("tr", {}, el("th", { scope: "row" }, row.what), el("td", {}, row.original), el("td", {}, row.spec), el("td", {}, row.verdict)));
    const title = found.exact ? `${file.name} is imported, and equal` : found.differs ? `${file.name} is imported, and differs` : `${file.name} is imported`;
    await studio.dialog({ title, body: el("div", {},
      el("table", { class: "proof" }, el("thead", {}, el("tr", {}, ["compared", "original", "spec", ""].map((head) => el("th", { scope: "col" }, head)))), el("tbody", {}, rows)),
      el("ul", {}, found.notes.map((note) => el("li", {}, note)))) });
  });

  const veil = el("div", { id: "drop-veil", hidden: true }, el("p", {}, "Drop a spec (.yaml) or a model (.onnx, .pt2)"));
  document.body.append(veil);
  const files = (event) => event.dataTransfer?.types.includes("Files");
  document.addEventListener("dragenter", (event) => { if (files(event)) veil.hidden = false; }, true);
  document.addEventListener("dragover", (event) => { if (files(event)) { event.preventDefault(); event.stopPropagation(); } }, true);
  document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) veil.hidden = true; }, true);
  document.addEventListener("drop", (event) => {
    if (!files(event)) return;
    event.preventDefault();
    event.stopPropagation();
    veil.hidden = true;
    if (event.dataTransfer.files.length) take(event.dataTransfer.files[0]);
  }, true);
  const field = el("input", { type: "file", accept: ".yaml,.yml,.onnx,.pt2", hidden: true, "aria-label": "A model or spec",
    onchange: () => { if (field.files.length) take(field.files[0]); field.value = ""; } });
  document.body.append(field);
  studio.command({ id: "import", title: "Import a model or spec from this computer…", run: () => field.click() });
}
