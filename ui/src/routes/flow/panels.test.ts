import { expect, it } from "vitest";
import { opened, panelsOf, pressed, writtenPanels } from "./panels";

it("an address names panels, each once; without any both are open", () => {
  expect(panelsOf("topology,code,topology,nothing")).toEqual(["topology", "code"]);
  expect(panelsOf("topology")).toEqual(["topology"]);
  for (const nothing of [undefined, "", "nothing", 5]) expect(panelsOf(nothing)).toEqual(["code", "topology"]);
  expect(writtenPanels(["code", "topology"])).toBeUndefined();
  expect(writtenPanels(["topology"])).toBe("topology");
});

it("a press opens and closes, and never closes the last one", () => {
  expect(pressed(["code"], "topology", false)).toEqual(["code", "topology"]);
  expect(pressed(["code", "topology"], "code", false)).toEqual(["topology"]);
  expect(pressed(["code"], "code", false)).toEqual(["code"]);
});

it("where there is room for one, a press shows that one", () => {
  expect(pressed(["code", "topology"], "topology", true)).toEqual(["topology"]);
  expect(opened(["topology"], "code", true)).toEqual(["code"]);
  expect(opened(["code", "topology"], "code", true)).toEqual(["code", "topology"]);
  expect(opened(["topology"], "code", false)).toEqual(["code", "topology"]);
});
