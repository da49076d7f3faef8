import { describe, expect, it } from "vitest";
import { marks, moved, share, whole, zoomed } from "./axis";
import { type Bar, partsOf, timesOf } from "./bars";

const bar = (begin: number, end: number, ...spans: readonly (readonly [number, number])[]): Bar => ({
  begin,
  end,
  family: "success",
  spans: spans.map(([from, until]) => ({ from, until, family: "success" })),
  activity: undefined,
  isCritical: false,
});
const shown = (one: Bar) => partsOf(one).map(({ kind, from, until }) => `${kind} ${from}-${until}`);

describe("the parts of a bar", () => {
  it("it waits before, between and after its attempts", () =>
    expect(shown(bar(0, 100, [10, 30], [50, 90]))).toEqual([
      "waited 0-10",
      "ran 10-30",
      "waited 30-50",
      "ran 50-90",
      "waited 90-100",
    ]));
  it("what nobody worked on only waited, and is there even if it took no time", () => {
    expect(shown(bar(5, 80))).toEqual(["waited 5-80"]);
    expect(shown(bar(5, 5))).toEqual(["waited 5-5"]);
    expect(shown(bar(5, 5, [5, 5]))).toEqual(["ran 5-5"]);
  });
  it("clocks that differ make no part that goes backwards", () =>
    expect(shown(bar(10, 20, [5, 30]))).toEqual(["ran 10-20"]));
  it("its times are the sums of its parts", () =>
    expect(timesOf(bar(0, 100, [10, 30], [50, 90]))).toEqual({ waited: 40, ran: 60 }));
});

describe("what is seen", () => {
  const all = whole(1_000, 2_000);
  it("comes nearer around the moment under the hand", () => {
    const near = zoomed(all, 2, 1_250, all);
    expect(near).toEqual({ from: 1_125, to: 1_625 });
    expect(share(near, 1_250)).toBe(share(all, 1_250));
  });
  it("never leaves what there is", () => {
    expect(zoomed(all, 0.1, 1_500, all)).toEqual(all);
    expect(moved({ from: 1_100, to: 1_200 }, -500, all)).toEqual({ from: 1_000, to: 1_100 });
    expect(moved({ from: 1_100, to: 1_200 }, 5_000, all)).toEqual({ from: 1_900, to: 2_000 });
  });
  it("has an end although nothing took any time", () => expect(whole(7, 7)).toEqual({ from: 7, to: 8 }));
  it("has few and round marks", () => {
    expect(marks({ from: 7, to: 4_007 }, 7, 5).moments).toEqual([7, 1_007, 2_007, 3_007, 4_007]);
    expect(marks({ from: 2_500, to: 4_600 }, 0, 5)).toEqual({
      step: 500,
      moments: [2_500, 3_000, 3_500, 4_000, 4_500],
    });
    for (const length of [1, 37, 61_000, 86_400_000, 9e9])
      expect(marks({ from: 0, to: length }, 0, 6).moments.length).toBeLessThanOrEqual(7);
  });
});
