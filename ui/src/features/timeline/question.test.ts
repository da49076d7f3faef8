import { describe, expect, it } from "vitest";
import { parseSearch, printSearch } from "../filters/grammar";
import { opened, queryOf, questionOf, rangeOf, searchOf, shut } from "./question";

const NONE = questionOf({});
const LOOP = { id: "loop", children: 100_000 };
const SMALL = { id: "small", children: 3 };

describe("which branches are open", () => {
  it("is in the address, and comes back from it", () => {
    const wanted = shut(opened(opened(NONE, LOOP, "FAILED"), { ...LOOP, id: "other" }, "10-99"), SMALL);
    const address = printSearch(searchOf(wanted));
    expect(address).toBe("?open=loop~FAILED&open=other~10-99&closed=small");
    expect(questionOf(parseSearch(address))).toEqual(wanted);
  });
  it("says nothing of what is as it is by itself", () => {
    expect(opened(shut(NONE, SMALL), SMALL, "")).toEqual(NONE);
    expect(shut(opened(NONE, LOOP, ""), LOOP)).toEqual(NONE);
  });
  it("is asked of the server", () =>
    expect(queryOf(opened(NONE, LOOP, "FAILED"))).toEqual([
      ["unfold", "50"],
      ["open", "loop~FAILED"],
    ]));
});

it("who looks for something finds it in every branch", () =>
  expect(queryOf(questionOf({ state: "FAILED", q: "load", open: "loop" }))).toEqual([
    ["unfold", "1000000000"],
    ["state", "FAILED"],
    ["q", "load"],
  ]));

it.each([
  ["0", "99", "0-99"],
  [" 7 ", "7", "7-7"],
  ["9", "3", null],
  ["", "3", null],
  ["-1", "3", null],
  ["a", "b", null],
])("%s to %s is the range %s", (from, until, range) => expect(rangeOf(from, until)).toBe(range));
