import { expect, it } from "vitest";
import type { FileEntry } from "../../api/namespacefiles";
import { cells, cleaned, faceOf, foldersAbove, join, parent, rows } from "./paths";

const entry = (fileName: string, type: FileEntry["type"] = "File"): FileEntry => ({
  fileName,
  type,
  size: 1,
  lastModifiedTime: 0,
});

it("folders come first, and only open ones show what is in them", () => {
  const listings = new Map([
    ["/", [entry("b.txt"), entry("a.txt"), entry("src", "Directory"), entry("doc", "Directory")]],
    ["/src", [entry("main.py")]],
  ]);
  const shown = (open: readonly string[]) => rows(listings, new Set(open)).map(({ path, depth }) => `${depth}${path}`);
  expect(shown([])).toEqual(["0/doc", "0/src", "0/a.txt", "0/b.txt"]);
  expect(shown(["/src", "/doc"])).toEqual(["0/doc", "0/src", "1/src/main.py", "0/a.txt", "0/b.txt"]);
});

it.each([
  ["a/b.txt", "/a/b.txt"],
  ["/a//b/", "/a/b"],
  ["../b", null],
  ["a/./b", null],
  ["/", null],
])("%s is the path %s", (typed, path) => expect(cleaned(typed)).toBe(path));

it("paths are put together and taken apart", () => {
  expect(join("/", "a")).toBe("/a");
  expect(join("/a", "b")).toBe("/a/b");
  expect(parent("/a/b")).toBe("/a");
  expect(parent("/a")).toBe("/");
  expect(foldersAbove("/a/b/c.txt")).toEqual(["/a", "/a/b"]);
});

it.each([
  ["/a.yml", 10, "yaml"],
  ["/Dockerfile", 10, "text"],
  ["/.gitignore", 10, "text"],
  ["/a.CSV", 10, "table"],
  ["/a.svg", 10, "image"],
  ["/a.zip", 10, "none"],
  ["/a.txt", 2_000_000, "none"],
] as const)("%s of %d bytes is shown as %s", (path, size, face) => expect(faceOf(path, size)).toBe(face));

it("quotes hold separators, line ends and doubled quotes", () => {
  expect(cells('a,"b, ""c""\nd"\r\n1,\n', ",", 10)).toEqual([
    ["a", 'b, "c"\nd'],
    ["1", ""],
  ]);
  expect(cells("a\nb\nc", ",", 2)).toEqual([["a"], ["b"]]);
});
