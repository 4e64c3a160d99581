// Settings that become part of the text: by the knobs' controls, and when the design is saved.

import { el } from "./dom.js";

const counted = (names) => (names.length === 1 ? names[0] : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`);

// Writes settings into the text, all or those of `only`, as one step of the history. What the text cannot say stays a setting, and is said.
// Gives the reasons.
export async function keepSettings(studio, only) {
  const before = studio.text, draft = studio.draft();
  const made = await studio.ask("edit.keep", { draft, ...(only && { only }) });
  if (studio.text !== before) { studio.say("The text has changed meanwhile; nothing was done."); return []; }
  const kept = Object.keys(draft.settings).filter((name) => !(name in made.settings));
  if (kept.length) studio.edit({ text: made.text, settings: made.settings }, "keep");
  const whys = made.refused.map((one) => one.why);
  if (whys.length) studio.say([kept.length ? `${counted(kept)}: in the text now.` : "", ...whys].filter(Boolean).join("\n"), "error");
  else studio.say(`${counted(kept)}: in the text now, as ${kept.length === 1 ? "its default" : "their defaults"}.`);
  return whys;
}

// Before a design with settings is saved: "keep" to write them into the text, "text" to save the text without them, null to stop.
// Nobody is asked twice about the same settings.
export async function askedAbout(studio) {
  const { settings, file } = studio.held, names = Object.keys(settings);
  const same = JSON.stringify([file, settings]);
  if (!names.length || studio.leftOut === same) return "text";
  const list = el("ul", { class: "settings" }, names.map((name) => el("li", {}, el("code", {}, `${name} = ${settings[name]}`))));
  const body = el("div", {}, el("p", {}, "The text of the design does not say these values; whoever opens the file sees its defaults."), list);
  const done = await studio.dialog({ title: names.length === 1 ? "A moved knob is not in the file" : "Moved knobs are not in the file", body,
    actions: [["keep", "Write them into the file"], ["text", "Save the text alone"], ["", "Cancel"]] });
  if (done === "text") studio.leftOut = same;
  return done;
}

export function mountSettings(studio, told) {
  studio.keepSettings = told((only) => keepSettings(studio, only));
  const some = () => Object.keys(studio.held.settings).length > 0;
  const nothing = () => studio.say("No knob is moved.");
  studio.command({ id: "keep-settings", title: "Knobs: keep all as defaults", run: () => (some() ? studio.keepSettings() : nothing()) });
  studio.command({ id: "reset-settings", title: "Knobs: reset all", run: () => (some() ? studio.edit({ settings: {} }, "reset") : nothing()) });
}
