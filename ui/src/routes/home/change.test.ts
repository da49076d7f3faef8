import { expect, it } from "vitest";
import { change, percent } from "./change";

it.each([
  [5, 3, "+2"],
  [3, 5, "−2"],
  [3, 3, null],
  [null, 3, null],
  [3, null, null],
])("%j after %j is %j", (now, then, words) => expect(change(now, then, String)).toBe(words));

it("parts are written in percent", () => {
  expect(percent(0.984, "en")).toBe("98.4%");
  expect(change(0.984, 0.981, (part) => percent(part, "en"))).toBe("+0.3%");
});
