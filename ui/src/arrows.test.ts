import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { expect, it } from "vitest";

const files = readdirSync("src", { recursive: true, encoding: "utf8" }).filter(
  (name) => /\.tsx?$/.test(name) && !name.includes(".test."),
);

/** The files of ours that a file takes something from. */
function imports(file: string): readonly string[] {
  const source = readFileSync(join("src", file), "utf8");
  return [...source.matchAll(/(?:from|import\()\s*"(\.[^"]+)"/g)].map(([, path = ""]) =>
    normalize(join(dirname(file), path)),
  );
}

/** What each folder may know, besides itself. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  api: [],
  engines: [],
  i18n: [],
  kit: ["api", "i18n"],
  features: ["api", "app/preferences", "engines", "i18n", "kit"],
  app: ["api", "features", "i18n", "kit"],
  routes: ["api", "app", "engines", "features", "i18n", "kit"],
};

it.each(Object.keys(ALLOWED))("%s knows only what it may", (folder) => {
  const wrong = files
    .filter((file) => file.startsWith(`${folder}/`))
    .flatMap((file) => imports(file).map((known) => `${file} -> ${known}`))
    .filter((arrow) => {
      const known = arrow.split(" -> ")[1] ?? "";
      return ![folder, ...(ALLOWED[folder] ?? [])].some(
        (allowed) => known === allowed || known.startsWith(`${allowed}/`),
      );
    });
  expect(wrong).toEqual([]);
});

it("no page knows another page", () => {
  const page = (path: string) => path.split("/").slice(0, 2).join("/");
  const wrong = files
    .filter((file) => file.startsWith("routes/"))
    .flatMap((file) => imports(file).filter((known) => known.startsWith("routes/") && page(known) !== page(file)));
  expect(wrong).toEqual([]);
});

it("files stay small", () => {
  const long = files.filter(
    (file) => file !== "i18n/en.ts" && readFileSync(join("src", file), "utf8").split("\n").length > 300,
  );
  expect(long).toEqual([]);
});

it("every word of the table is used", () => {
  const en = readFileSync("src/i18n/en.ts", "utf8");
  const keys = [...en.matchAll(/^ {2}"([^"]+)":/gm)].map(([, key = ""]) => key);
  const sources = files.filter((file) => file !== "i18n/en.ts").map((file) => readFileSync(join("src", file), "utf8"));
  const all = sources.join("\n");
  // Some keys are put together: `state.${state}`.
  const composed = [...all.matchAll(/t\(\s*`([\w.-]+\.)\$\{/g)].map(([, start = ""]) => start);
  expect(keys.filter((key) => !all.includes(`"${key}"`) && !composed.some((start) => key.startsWith(start)))).toEqual(
    [],
  );
});
