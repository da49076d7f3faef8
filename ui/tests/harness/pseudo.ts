/** The interface in a language that nobody speaks: each of its own words stands in brackets, so others are found. */

import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Page } from "@playwright/test";
import { build, type Plugin } from "vite";

/** Puts brackets around each message of `en.ts`. */
function brackets(): Plugin {
  return {
    name: "pseudo-locale",
    enforce: "pre",
    transform(code, id) {
      if (!id.endsWith("/src/i18n/en.ts")) return null;
      return code.replace(/^(\s+"[\w.-]+":\s*)"((?:[^"\\]|\\.)*)",$/gm, '$1"⟦$2⟧",');
    },
  };
}

/** Builds it into a folder of its own and says where. */
export async function pseudoLocale(): Promise<string> {
  const outDir = mkdtempSync(join(tmpdir(), "kapelle-pseudo-"));
  const root = resolve(import.meta.dirname, "../..");
  await build({ root, plugins: [brackets()], build: { outDir, emptyOutDir: true }, logLevel: "error" });
  return outDir;
}

/** Everything that is read on the page, by eyes or by a screen reader. */
function read(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => {
    const found = [document.title];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const node = walker.currentNode;
      // The editor has words of its own, which it brings with it in English.
      if (node.parentElement?.closest("script, style, .cm-editor")) continue;
      if (node instanceof Element) {
        for (const name of ["aria-label", "title", "placeholder", "alt"]) found.push(node.getAttribute(name) ?? "");
      } else found.push(node.textContent ?? "");
    }
    return found.map((text) => text.trim()).filter((text) => text !== "");
  });
}

/** What is left of a text without the words of the interface. */
export function outsideBrackets(text: string): string {
  const less = text.replace(/⟦[^⟦⟧]*⟧/g, " ");
  return less === text ? text.trim() : outsideBrackets(less);
}

/**
 * Dates, durations and numbers as `Intl` writes them, names of keys, short ids and the levels of a log, which flows write too,
 * are the same in all languages. A legend has the levels whether or not the server counted any line.
 */
const SAME = [
  /^(in )?[\d.,]+ \w+( ago)?$/,
  /^(\w{3}, )?\d{1,2} \w{3,4}( \d{4})?,?( [\d:.]+( [A-Z]{2,5})?)?$/,
  /^(now|yesterday|tomorrow)$/,
  /^((Ctrl|Shift)\+)?(\w|Esc|Enter)( (\w|… \d))?$/,
  /^\w+…\w+$/,
  /^(WARN|ERROR)$/,
  /^Kapelle$/,
  /^Europe\/Berlin$/,
];

/** Whether the server said it, or at least each word of it: pages put names and values beside each other. */
function isSaid(text: string, said: string): boolean {
  if (said.includes(JSON.stringify(text).slice(1, -1))) return true;
  const words = text.split(/[\s:,·]+/).filter((word) => /\p{L}{2}/u.test(word));
  return words.every((word) =>
    new RegExp(`(?<!\\p{L})${word.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&")}(?!\\p{L})`, "u").test(said),
  );
}

/** Texts that are neither the interface's own words nor what the server said. */
export async function hardCoded(page: Page, said: string): Promise<readonly string[]> {
  const left = (await read(page))
    .filter((text) => !said.includes(JSON.stringify(text).slice(1, -1)))
    .map((text) => outsideBrackets(text.replace(/ · Kapelle$/, "")).replace(/^\W+|\W+$/g, ""));
  const strange = left.filter((text) => /\p{L}{2}/u.test(text) && !SAME.some((form) => form.test(text)));
  return [...new Set(strange)].filter((text) => !isSaid(text, said));
}
