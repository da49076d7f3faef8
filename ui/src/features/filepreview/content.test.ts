import { expect, it } from "vitest";
import type { FilePreview } from "../../api/executionfiles";
import { contentOf, hexOf } from "./content";

const preview = (type: FilePreview["type"], extension: string, content: FilePreview["content"]) =>
  contentOf({ type, extension, content, truncated: false }, 10);

it("rows become a table of all their fields", () =>
  expect(
    preview("LIST", "ion", [
      { a: 1, b: "x" },
      { b: null, c: [2] },
    ]),
  ).toEqual({
    kind: "grid",
    grid: {
      head: ["a", "b", "c"],
      body: [
        ["1", "x", ""],
        ["", "", "[2]"],
      ],
    },
  }));

it("rows that are no records have one column", () =>
  expect(preview("LIST", "jsonl", [1, { a: 2 }])).toMatchObject({ grid: { body: [["1"], ['{"a":2}']] } }));

it("separated values are a table too", () =>
  expect(preview("TEXT", "csv", 'a,b\n1,"x,y"')).toMatchObject({ grid: { head: ["a", "b"], body: [["1", "x,y"]] } }));

it.each([
  ["a text", "TEXT", "txt", "hello", { kind: "text", text: "hello" }],
  ["a picture", "IMAGE", "png", "AAAA", { kind: "picture", source: "data:image/png;base64,AAAA" }],
  ["a document for another program", "PDF", "pdf", "AAAA", { kind: "bytes" }],
  ["what is no text", "TEXT", "bin", "PAR1\u0000\u0001", { kind: "bytes" }],
  ["what cannot be read as one", "TEXT", "parquet", "a\ufffd\ufffd\ufffdb", { kind: "bytes" }],
] as const)("%s is shown as one", (_, type, extension, content, shown) =>
  expect(preview(type, extension, content)).toEqual(shown),
);

it("bytes are written in rows", () =>
  expect(hexOf(new TextEncoder().encode("0123456789abcdefÿ!"))).toBe(
    "000000  30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 66  0123456789abcdef\n" +
      `000010  c3 bf 21${" ".repeat(39)}  ..!`,
  ));
