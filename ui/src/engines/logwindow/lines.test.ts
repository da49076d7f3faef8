import { describe, expect, it } from "vitest";
import { HEIGHT_MAX, pixelsOf, placeAt, placeOf, ROW, rowsAt, scrolled, scrollTo } from "./lines";

const VIEW = 600;

describe.each([10, 29, 30, 31, 1_000, 400_000, 10_000_000])("a log of %d lines", (count) => {
  const heights = { count, row: ROW, tall: [] };
  const rows = (scrollTop: number) => rowsAt(placeOf(scrollTop, VIEW, heights), VIEW, count, () => ROW).rows;

  it("is never higher than a browser can bear", () => expect(scrolled(heights)).toBeLessThanOrEqual(HEIGHT_MAX));

  it("begins with its first line and ends with its last", () => {
    expect(rows(0)[0]).toEqual({ line: 0, top: 0 });
    expect(rows(scrolled(heights) - VIEW).at(-1)?.line).toBe(count - 1);
  });

  it("shows the line that was asked for", () => {
    for (const line of [0, Math.floor(count / 3), count - 1])
      expect(rows(scrollTo({ line, offset: 0 }, VIEW, heights)).map((row) => row.line)).toContain(line);
  });

  it("has few rows in the page, whatever its length", () =>
    expect(rows(scrolled(heights) / 2).length).toBeLessThanOrEqual(VIEW / ROW + 1));
});

const tall = [
  [2, 100],
  [5, 1_000],
] as const;

it("lines that are unfolded count with their own height", () => {
  const heights = { count: 10, row: ROW, tall };
  expect(scrolled(heights)).toBe(8 * ROW + 1_100);
  for (const place of [
    { line: 1, offset: 3 },
    { line: 2, offset: 99 },
    { line: 3, offset: 0 },
    { line: 5, offset: 700 },
    { line: 9, offset: 19 },
  ])
    expect(placeAt(heights, pixelsOf(heights, place))).toEqual(place);
});

it("a view never overshoots an end", () => {
  const heightOf = (line: number) => (line === 5 ? 1_000 : ROW);
  const end = rowsAt({ line: 9, offset: 0 }, VIEW, 10, heightOf);
  expect(end).toMatchObject({ place: { line: 5, offset: 480 }, isEnd: true });
  const begin = rowsAt({ line: 1, offset: -500 }, VIEW, 10, heightOf);
  expect(begin).toMatchObject({ place: { line: 0, offset: 0 }, isEnd: false });
});
