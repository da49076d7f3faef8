import { describe, expect, it } from "vitest";
import { bytes, distance, duration, elapsed, fullMoment, isoDuration, middle, shortMoment } from "./format";

const form = { language: "en", zone: "Europe/Berlin" };

describe("durations", () => {
  it.each([
    [0, "0 ms"],
    [999, "999 ms"],
    [1_250, "1.2 s"],
    [9_999, "9.9 s"],
    [12_900, "12 s"],
    [60_000, "1 m"],
    [252_000, "4 m 12 s"],
    [3_600_000, "1 h"],
    [273_600_000, "3 d 4 h"],
    [-5, "0 ms"],
  ])("%d ms reads %s", (milliseconds, words) => expect(duration(milliseconds)).toBe(words));

  it.each([
    ["PT24H", 86_400_000],
    ["P7D", 604_800_000],
    ["P1DT1M0.5S", 86_460_500],
    ["P", null],
    ["PT", null],
    ["1h", null],
  ])("ISO %s is %s", (text, milliseconds) => expect(isoDuration(text)).toBe(milliseconds));
});

describe("moments", () => {
  const now = Date.parse("2026-11-28T12:00:00Z");
  it("of today show the time alone, in the zone of the reader", () => {
    expect(shortMoment("2026-11-28T11:41:07Z", now, form)).toBe("12:41:07");
  });
  it("of other days show the day", () => {
    expect(shortMoment("2026-11-27T11:41:07Z", now, form)).toBe("Nov 27, 12:41:07");
    expect(shortMoment("2025-11-27T11:41:07Z", now, form)).toBe("Nov 27, 2025, 12:41:07");
  });
  it("name their zone in full", () => {
    expect(fullMoment("2026-11-28T11:41:07Z", form)).toContain("GMT+1");
  });
  it("are near or far", () => {
    expect(distance("2026-11-28T11:57:00Z", now, form)).toBe("3 minutes ago");
    expect(distance("2026-11-29T12:00:00Z", now, form)).toBe("tomorrow");
    // A day and a third later it is not tomorrow any more.
    expect(distance("2026-11-29T23:30:00Z", now, form)).toBe("in 2 days");
  });
});

it("long ids are cut in the middle", () => {
  expect(middle("0A54qIOCIxM0DAfsnsyDLy")).toBe("0A54qI…nsyDLy");
  expect(middle("short")).toBe("short");
});

it("sizes have a unit", () => {
  expect(bytes(12, form)).toBe("12 byte");
  expect(bytes(1_500_000, form)).toBe("1.5 MB");
});

it.each([
  [0, "+0.000"],
  [12, "+0.012"],
  [-1_500, "-1.500"],
  [65_043, "+1:05.043"],
  [3_723_400, "+1:02:03.400"],
])("%d ms beside a line are %s", (milliseconds, shown) => expect(elapsed(milliseconds)).toBe(shown));
