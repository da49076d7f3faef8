import { expect, it } from "vitest";
import { asWritten, isKept, lastTick, planned, progress, standing } from "./plan";

const time = (at: string) => ({ at, local: at.slice(0, 19), zone: "UTC" });
const times = ["2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", "2026-01-03T00:00:00Z"].map(time);

it("occurrences up to the end are planned, the end itself too", () => {
  const { count, first, last, isMore } = planned(times, "2026-01-02T00:00:00Z");
  expect([count, first?.at, last?.at, isMore]).toEqual([2, times[0]?.at, times[1]?.at, false]);
  expect(planned(times, "2025-01-01T00:00:00Z")).toEqual({ count: 0, isMore: false, first: null, last: null });
});

it("what the server did not tell is not counted as none", () => {
  const many = Array.from({ length: 1_000 }, () => time("2026-01-01T00:00:00Z"));
  expect(planned(many, "2026-02-01T00:00:00Z").isMore).toBe(true);
});

it("progress is a part of the whole", () => {
  const [start, end] = ["2026-01-01T00:00:00Z", "2026-01-03T00:00:00Z"];
  expect(progress({ start, end, currentDate: "2026-01-02T00:00:00Z" })).toBe(0.5);
  expect(progress({ start, end })).toBe(0);
  expect(progress({ start, end: start })).toBe(1);
  expect(progress({ start })).toBeNull();
});

it("what keeps a trigger from firing is its standing", () => {
  const backfill = { start: "2026-01-01T00:00:00Z" };
  expect(standing({ disabled: true, locked: true, backfill })).toBe("disabled");
  expect(standing({ disabled: false, locked: true, backfill })).toBe("backfill");
  expect(standing({ disabled: false, locked: true, backfill: { ...backfill, paused: true } })).toBe("paused");
  expect(standing({ disabled: false, locked: true })).toBe("locked");
  expect(standing({ disabled: false, locked: false })).toBe("enabled");
});

it("a trigger that its flow switches off is off", () => {
  expect(asWritten({ disabled: false }, { disabled: true })).toEqual({ disabled: true });
  expect(asWritten({ disabled: true }, {})).toEqual({ disabled: true });
  expect(asWritten({ disabled: false }, null)).toEqual({ disabled: false });
});

it("nothing is kept of triggers that wait for others", () => {
  expect(isKept({ type: "io.kestra.plugin.core.trigger.Schedule" })).toBe(true);
  expect(isKept({ type: "io.kestra.plugin.core.trigger.Webhook" })).toBe(false);
  expect(isKept({ type: "io.kestra.plugin.core.trigger.Flow" })).toBe(false);
});

it.each([
  ["a schedule that fired", { lastTriggeredDate: "2026-01-01T00:00:00Z" }, false, "STARTED"],
  ["one that never fired", {}, false, undefined],
  // A schedule is looked at when it is saved too.
  ["a schedule that was looked at since", { evaluatedAt: "2026-01-01T00:00:00Z" }, false, undefined],
  ["a look that found nothing", { evaluatedAt: "2026-01-01T00:00:00Z" }, true, "NOTHING"],
  [
    "nothing since the last start",
    { lastTriggeredDate: "2026-01-01T00:00:00Z", evaluatedAt: "2026-01-01T00:01:00Z" },
    true,
    "NOTHING",
  ],
  [
    "occurrences that are skipped, whatever was before",
    {
      lastTriggeredDate: "2026-01-01T00:00:00Z",
      skipping: { since: "2026-01-01T00:01:00Z", reason: "LOCKED" as const },
    },
    false,
    "LOCKED",
  ],
])("the last tick of %s", (_, state, isPolling, outcome) => {
  expect(lastTick(state, isPolling)?.outcome).toBe(outcome);
});
