import { expect, it } from "vitest";
import { hashOf, lineOf, searchOf, shapeOf } from "./address";

it.each([
  {},
  { level: "WARN" },
  { level: "TRACE", task: "load", attempt: "2", find: "/a b/", time: "delta", wrap: "1" },
])("the address %j says what is shown, and nothing else", (search) =>
  expect(searchOf(shapeOf(search))).toEqual(search),
);

it.each([{ level: "LOUD" }, { attempt: "0" }, { attempt: "x" }, { time: "never", wrap: "no" }])(
  "what means nothing is left out: %j",
  (search) => expect(searchOf(shapeOf(search))).toEqual({}),
);

it.each([
  ["#L48210", 48_209],
  ["L1", 0],
  ["#L0", null],
  ["#Lx", null],
  ["", null],
])("%j names the line %j", (hash, line) => expect(lineOf(hash)).toBe(line));

it("a link to a line is read as this line", () => expect(lineOf(hashOf(7))).toBe(7));
