// Compares what the build weighs with what it may weigh: `scripts/sizes.json`, in bytes after gzip.

import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const folder = "dist/assets/";
const budgets = JSON.parse(readFileSync("scripts/sizes.json", "utf8"));
const html = readFileSync("dist/index.html", "utf8");

const weight = (name) => gzipSync(readFileSync(folder + name), { level: 9 }).length;
const files = readdirSync(folder).map((name) => ({ name, size: weight(name) }));
const sum = (list) => list.reduce((total, { size }) => total + size, 0);

/** Files that a file needs at once, and what those need. */
function needed(name, known = new Set()) {
  if (known.has(name)) return known;
  known.add(name);
  const source = readFileSync(folder + name, "utf8");
  for (const [, other] of source.matchAll(/(?:from|import)\s*["']\.\/([\w.-]+\.js)["']/g)) needed(other, known);
  return known;
}

const scripts = files.filter(({ name }) => name.endsWith(".js"));
const entry = html.match(/assets\/(index-[\w-]+\.js)/)?.[1];
const first = needed(entry);
const editor = scripts.find(({ name }) => /editor-/.test(name))?.name;
const ofEditor = [...needed(editor)].filter((name) => !first.has(name));

const found = {
  "script of the frame": sum(files.filter(({ name }) => first.has(name))),
  "script of the editor": sum(files.filter(({ name }) => ofEditor.includes(name))),
  "largest other script": Math.max(
    ...scripts.filter(({ name }) => !first.has(name) && !ofEditor.includes(name)).map(({ size }) => size),
  ),
  "all script": sum(scripts),
  "all styles": sum(files.filter(({ name }) => name.endsWith(".css"))),
};

let isTooMuch = false;
for (const [what, size] of Object.entries(found)) {
  const most = budgets[what];
  if (size > most) isTooMuch = true;
  console.log(`${size > most ? "TOO MUCH" : "ok      "} ${what}: ${(size / 1000).toFixed(1)} of ${most / 1000} kB`);
}
process.exit(isTooMuch ? 1 : 0);
