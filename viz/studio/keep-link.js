// A link that carries the design: text and settings, compressed, behind the # of the address, which browsers do not send to servers.

import { el } from "./dom.js";

const LONGEST = 30000; // letters of a link; longer ones are cut by programs that people send them with
const LARGEST = 4e6; // letters of a text that comes out of one

const through = async (bytes, stream) => new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(stream)).arrayBuffer());

export async function packed(design) {
  const bytes = await through(new TextEncoder().encode(JSON.stringify(design)), new CompressionStream("deflate-raw"));
  let letters = "";
  for (const byte of bytes) letters += String.fromCharCode(byte);
  return btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

export async function unpacked(text) {
  const bytes = Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let json = "";
  for (;;) { // piece by piece, so that a short link cannot fill the memory
    const { done, value } = await reader.read();
    if (done) break;
    json += decoder.decode(value, { stream: true });
    if (json.length > LARGEST) throw new Error("too large");
  }
  const { text: spec, settings } = JSON.parse(json + decoder.decode());
  if (typeof spec !== "string" || typeof settings !== "object" || !settings || !Object.values(settings).every((value) => typeof value === "string")) throw new Error("no design");
  return { text: spec, settings };
}

// The design of the link that opened the page; null where it carries none. The address is plain again afterwards.
export async function linked(studio) {
  const found = /^#design=([\w-]+)$/.exec(location.hash);
  if (!location.hash.startsWith("#design=")) return null;
  history.replaceState(null, "", location.pathname + location.search);
  try {
    return await unpacked(found[1]);
  } catch {
    studio.say("The link carries no whole design; it may have been cut on its way.", "error");
    return null;
  }
}

export function mountShare(studio, told) {
  studio.command({ id: "share", title: "Share: a link that carries the design", run: told(async () => {
    const { text, settings } = studio.draft();
    const link = `${location.origin}/#design=${await packed({ text, settings })}`;
    if (link.length > LONGEST) {
      studio.say(`The design is too large for a link: ${link.length.toLocaleString()} letters, and ${LONGEST.toLocaleString()} pass everywhere. Save it, and send the file.`, "error");
      return;
    }
    const field = el("textarea", { rows: 4, readonly: true, "aria-label": "Link", value: link });
    const hint = el("p", { class: "hint" }, "Opens text and settings in any studio at this address. What the spec imports from your folder is not in it.");
    setTimeout(() => field.select());
    const done = await studio.dialog({ title: "A link to this design", body: el("div", { class: "field" }, field, hint), actions: [["copy", "Copy"], ["", "Close"]] });
    if (done !== "copy") return;
    await navigator.clipboard.writeText(link);
    studio.say("The link is copied.");
  }) });
}
