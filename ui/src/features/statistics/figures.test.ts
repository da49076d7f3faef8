import { expect, it } from "vitest";
import { STATES } from "../../api/types";
import { familyOf } from "../../kit/statemark";
import { before, figures, MEMBERS, spanOf } from "./figures";

const date = "2026-01-01T00:00:00Z";
const NOW = Date.parse(date);

it("success is counted of what ended, and the mean weighs by count", () => {
  expect(
    figures([
      { date, state: "SUCCESS", total: 3, duration: 1 },
      { date, state: "FAILED", total: 1, duration: 5 },
      { date, state: "RUNNING", total: 7, duration: null },
    ]),
  ).toEqual({ total: 11, failed: 1, success: 0.75, mean: 2000 });
});

it("of nothing there is no ratio and no mean", () => {
  expect(figures([])).toEqual({ total: 0, failed: 0, success: null, mean: null });
});

it("every state belongs to the family that its mark has", () => {
  for (const state of STATES) expect(MEMBERS[familyOf(state)]).toContain(state);
});

it("the period before is as long", () => {
  const span = spanOf({ kind: "last", duration: "PT1H" }, NOW);
  expect(span).toEqual({ from: NOW - 3_600_000, until: NOW });
  expect(before(span)).toEqual({ from: NOW - 7_200_000, until: NOW - 3_600_000 });
  expect(spanOf({ kind: "between", from: null, to: date }, 0).until).toBe(NOW);
});
