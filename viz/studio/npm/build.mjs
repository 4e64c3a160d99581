// Bundles codemirror.js, with the licences of what is in it beside it.
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

const hash = createHash("sha256");
for (const name of ["codemirror.js", "package-lock.json"]) hash.update(readFileSync(name));
const made = await build({
  entryPoints: ["codemirror.js"], bundle: true, minify: true, format: "esm", target: "es2022", charset: "utf8", write: false, metafile: true,
  legalComments: "none",
});
const head = `// CodeMirror, Lezer and node-diff3 (MIT, see codemirror.LICENSE.txt), bundled by viz/studio/npm; made from ${hash.digest("hex")}\n`;
writeFileSync("../codemirror.min.js", head + made.outputFiles[0].text);

const packages = new Set();
for (const path of Object.keys(made.metafile.inputs)) {
  const found = /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path);
  if (found) packages.add(found[1]);
}
const licences = [...packages].sort().map((name) => {
  const { version } = JSON.parse(readFileSync(`node_modules/${name}/package.json`));
  const file = ["LICENSE", "LICENSE.md"].map((one) => `node_modules/${name}/${one}`).find((one) => existsSync(one));
  return `${name} ${version}\n\n${readFileSync(file, "utf8").trim()}\n`;
});
writeFileSync("../codemirror.LICENSE.txt", licences.join("\n----\n\n"));
