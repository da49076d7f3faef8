import { expect, it } from "vitest";
import { STATES } from "../../api/types";
import { familyOf } from "../../kit/statemark";
import { MEMBERS, spanOf } from "./figures";

const date = "2026-01-01T00:00:00Z";
const NOW = Date.parse(date);

it("every state belongs to the family that its mark has", () => {
  for (const state of STATES) expect(MEMBERS[familyOf(state)]).toContain(state);
});

it("a range without a beginning is as long as a day", () => {
  expect(spanOf({ kind: "last", duration: "PT1H" }, NOW)).toEqual({ from: NOW - 3_600_000, until: NOW });
  expect(spanOf({ kind: "between", from: null, to: date }, 0)).toEqual({ from: NOW - 86_400_000, until: NOW });
});
