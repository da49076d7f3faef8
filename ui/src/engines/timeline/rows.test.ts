import { describe, expect, it } from "vitest";
import { bars, extent, marks, type Run, rows } from "./rows";

const run = (id: string, parent?: string, begin = 0, ran: number | undefined = begin, end = 100): Run => ({
  id,
  parent,
  task: id,
  value: undefined,
  state: "SUCCESS",
  begin,
  end,
  ran,
});
const names = (runs: readonly Run[], folded: readonly string[] = []) =>
  rows(runs, new Set(folded)).map(({ run: { id }, depth }) => `${"-".repeat(depth)}${id}`);

describe("rows", () => {
  const tree = [run("a"), run("b"), run("a1", "a"), run("a2", "a"), run("a1x", "a1")];
  it("children follow their parents", () => expect(names(tree)).toEqual(["a", "-a1", "--a1x", "-a2", "b"]));
  it("folded rows hide what is below", () => expect(names(tree, ["a1"])).toEqual(["a", "-a1", "-a2", "b"]));
  it("nobody is lost when a parent is unknown or is itself", () =>
    expect(names([run("x", "gone"), run("y", "y")])).toEqual(["x", "y"]));
  it("a hundred thousand are no matter", () => {
    const many = [run("p"), ...Array.from({ length: 100_000 }, (_, index) => run(`c${index}`, "p"))];
    expect(rows(many, new Set()).length).toBe(100_001);
  });
});

it("bars show when a run waited and when it ran", () => {
  const whole = { begin: 0, end: 200 };
  expect(bars(run("a", undefined, 50, 100, 200), whole)).toEqual([
    { kind: "waited", left: 25, width: 25 },
    { kind: "ran", left: 50, width: 50 },
  ]);
  expect(bars({ ...run("a", undefined, 50, 50, 200), ran: undefined }, whole).map(({ kind }) => kind)).toEqual([
    "waited",
  ]);
});

it("marks are round and few", () => {
  expect(marks({ begin: 7, end: 4_007 }, 5)).toEqual([0, 1_000, 2_000, 3_000, 4_000]);
  for (const length of [1, 37, 61_000, 86_400_000, 9e9])
    expect(marks({ begin: 0, end: length }, 6).length).toBeLessThanOrEqual(7);
  expect(extent([])).toEqual({ begin: 0, end: 1 });
});
