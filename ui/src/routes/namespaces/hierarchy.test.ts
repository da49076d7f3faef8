import { expect, it } from "vitest";
import { hierarchy, type Level } from "./hierarchy";

const names = (levels: readonly Level[]): unknown => levels.map(({ id, below }) => [id, names(below)]);

it("names say which namespace is below which", () => {
  const all = ["a", "a.b", "a.b.c", "ab", "x.y"].map((id) => ({ id }));
  expect(names(hierarchy(all, new Set(), []))).toEqual([
    ["a", [["a.b", [["a.b.c", []]]]]],
    ["ab", []],
    ["x.y", []],
  ]);
});

it("failures count for all levels above", () => {
  const all = ["a", "a.b", "ab"].map((id) => ({ id }));
  const failures = [
    { namespace: "a.b", flow: "f", total: 2 },
    { namespace: "a", flow: "g", total: 1 },
    { namespace: "ab", flow: "g", total: 5 },
  ];
  const [a, ab] = hierarchy(all, new Set(["a"]), failures);
  expect([a?.failed, a?.below[0]?.failed, ab?.failed]).toEqual([3, 2, 5]);
  expect([a?.isCreated, ab?.isCreated]).toEqual([true, false]);
});
