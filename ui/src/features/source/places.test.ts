import { expect, it } from "vitest";
import { edited, offsetOf, placeOf } from "./places";

const text = "id: a\n😀ä: b\n";

it.each([
  [1, 1, 0],
  [1, 4, 3],
  [2, 1, 6],
  [2, 2, 8],
  [2, 3, 9],
  [2, 99, 12],
  [3, 1, 13],
  [9, 1, 13],
])("line %d, column %d", (line, column, offset) => expect(offsetOf(text, { line, column })).toBe(offset));

it("edits speak of the text before", () => {
  const range = (line: number, from: number, to: number) => ({
    start: { line, column: from, byte: 0 },
    end: { line, column: to, byte: 0 },
  });
  const edits = [
    { range: range(1, 5, 6), text: "hello" },
    { range: range(2, 1, 2), text: "x" },
  ];
  expect(edited(text, edits)).toBe("id: hello\nxä: b\n");
  expect(edited(text, [])).toBe(text);
});

it("a place and its offset say the same", () => {
  for (const offset of [0, 3, 5, 6, 8, 9, 12, 13]) expect(offsetOf(text, placeOf(text, offset))).toBe(offset);
  expect(placeOf(text, 9)).toEqual({ line: 2, column: 3 });
});
