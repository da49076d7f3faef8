import { expect, it } from "vitest";
import { bars, brushed, labelled, stepOf, ticks } from "./bars";

const HOUR = 3_600_000;
const count = (hour: number, series: string, value: number) => ({ at: hour * HOUR, series, value });

it("every bin of the span has a bar, and series stand in their order", () => {
  const found = bars([count(2, "bad", 1), count(2, "good", 3)], ["good", "bad"], { from: 0, until: 4 * HOUR });
  expect(found.map(({ total }) => total)).toEqual([0, 0, 4, 0]);
  expect(found[2]?.parts).toEqual([
    { series: "good", value: 3, base: 0 },
    { series: "bad", value: 1, base: 3 },
  ]);
});

it("bins begin where those of the server begin", () => {
  const found = bars([count(2, "a", 1)], ["a"], { from: HOUR / 2, until: 3.5 * HOUR });
  expect(found.map(({ from }) => from / HOUR)).toEqual([0, 1, 2, 3]);
});

it.each([
  [HOUR, 60_000],
  [24 * HOUR, HOUR],
  [7 * 24 * HOUR, 24 * HOUR],
])("a span of %d has bins of %d", (span, step) => expect(stepOf(span, [])).toBe(step));

it("there are never more bars than can be told apart", () => {
  expect(bars([], [], { from: 0, until: 1_000 * 24 * HOUR }).length).toBeLessThanOrEqual(301);
});

it.each([
  [0, [0, 1]],
  [1, [0, 1]],
  [7, [0, 2, 4, 6, 8]],
  [100, [0, 50, 100]],
  [41, [0, 20, 40, 60]],
])("the scale of %d is %j", (greatest, scale) => expect(ticks(greatest)).toEqual(scale));

it("labels are spread evenly", () => {
  expect(labelled(24, 6)).toEqual([0, 4, 8, 12, 16, 20]);
  expect(labelled(3, 6)).toEqual([0, 1, 2]);
  expect(labelled(0, 6)).toEqual([]);
});

it("a brush may be dragged either way", () => {
  const all = bars([], [], { from: 0, until: 4 * HOUR });
  const minutes = brushed(all, 3, 1);
  expect(minutes).toEqual(brushed(all, 1, 3));
  expect(brushed([], 0, 1)).toBeNull();
});
