import { expect, it } from "vitest";
import { objectOf, readAs, textOf } from "./written";

it.each([["a text"], ["5"], ["true"], [5], [false], [null], [{ a: [1] }], ['"quoted"'], [""]])(
  "%j is the same after it was written and read",
  (value) => expect(readAs(textOf(value))).toEqual(value),
);

it("plugin defaults are objects", () => {
  expect(objectOf('{"a": 1}')).toEqual({ a: 1 });
  for (const text of ["[1]", "a", "null", "{a: 1}"]) expect(objectOf(text)).toBeNull();
});
