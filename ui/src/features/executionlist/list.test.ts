import { describe, expect, it } from "vitest";
import { clausesOf, parseSearch, printSearch } from "../filters/grammar";
import { labelOptions } from "./bulkoptions";
import { chartedFilters } from "./charted";
import { failedToday, runningFor } from "./quick";
import { share } from "./took";

describe("the chart over a list", () => {
  const filters = (address: string) => chartedFilters(clausesOf(parseSearch(address)));

  it("has the filters of the list", () => {
    expect(
      filters("?filters[state][IN]=FAILED,KILLED&filters[namespace][PREFIX]=a&filters[labels][EQUALS][k]=v"),
    ).toEqual([
      { field: "state", operation: "IN", value: ["FAILED", "KILLED"] },
      { field: "namespace", operation: "PREFIX", value: "a" },
      { field: "labels", operation: "EQUALS", value: { k: "v" } },
    ]);
  });

  it.each([
    "?filters[q][EQUALS]=x",
    "?filters[waiting][IN]=PAUSED",
    "?filters[or][0][state][EQUALS]=FAILED",
    "?filters[labels][NOT_EQUALS][k]=v",
  ])("is none where it would show something else: %s", (address) => expect(filters(address)).toBeNull());
});

it("quick filters are addresses", () => {
  const noon = new Date(2026, 0, 2, 12);
  const midnight = new Date(2026, 0, 2).toISOString();
  expect(printSearch(failedToday(noon))).toBe(
    `?filters[state][IN]=FAILED&filters[startDate][GREATER_THAN_OR_EQUAL_TO]=${midnight}`,
  );
  expect(printSearch(runningFor(3_600_000, noon))).toContain(
    `filters[startDate][LESS_THAN_OR_EQUAL_TO]=${new Date(2026, 0, 2, 11).toISOString()}`,
  );
});

it("labels for many are sent when all of them are labels", () => {
  expect(labelOptions("env:prod, at:10:30")).toEqual({
    labels: [
      { key: "env", value: "prod" },
      { key: "at", value: "10:30" },
    ],
  });
  expect(labelOptions("env:prod, broken")).toBeNull();
  expect(labelOptions("")).toBeNull();
});

it("the usual time is the middle of the bar", () => {
  expect([share(50, 100), share(100, 100), share(500, 100), share(5, 0), share(0, 0)]).toEqual([0.25, 0.5, 1, 1, 0.5]);
});
