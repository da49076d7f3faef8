import { describe, expect, it } from "vitest";
import { HEIGHT_MAX, placeOf, ROW, scale, scrollTo, visible } from "./lines";

const VIEW = 600;

describe.each([10, 29, 30, 31, 1_000, 400_000, 10_000_000])("a log of %d lines", (count) => {
  const size = scale(count);

  it("is never higher than a browser can bear", () => expect(size.height).toBeLessThanOrEqual(HEIGHT_MAX));

  it("begins with its first line and ends with its last", () => {
    expect(placeOf(0, VIEW, size)).toBe(0);
    expect(visible(placeOf(0, VIEW, size), VIEW, count).first).toBe(0);
    const end = placeOf(size.height - VIEW, VIEW, size);
    expect(visible(end, VIEW, count).end).toBe(count);
  });

  it("shows the line that was asked for", () => {
    for (const line of [0, Math.floor(count / 3), count - 1]) {
      const place = placeOf(scrollTo(line, VIEW, size), VIEW, size);
      const { first, end } = visible(place, VIEW, count, 0);
      expect(first).toBeLessThanOrEqual(line);
      expect(end).toBeGreaterThan(line);
    }
  });

  it("has few rows in the page, whatever its length", () => {
    const { first, end } = visible(placeOf(size.height / 2, VIEW, size), VIEW, count);
    expect(end - first).toBeLessThanOrEqual(VIEW / ROW + 22);
  });
});
