import { expect, it } from "vitest";
import { inherited } from "./inherited";

it("the nearest variable of a name holds", () => {
  const levels = [{ id: "a", variables: { x: 1, y: 1 } }, { id: "a.b", variables: { x: 2 } }, { id: "a.b.c" }];
  expect(inherited(levels)).toEqual([
    { name: "x", value: 2, namespace: "a.b", isHidden: false },
    { name: "x", value: 1, namespace: "a", isHidden: true },
    { name: "y", value: 1, namespace: "a", isHidden: false },
  ]);
});
