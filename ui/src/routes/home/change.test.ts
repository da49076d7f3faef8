import { expect, it } from "vitest";
import { percent } from "../../i18n/format";
import { change } from "./change";

it.each([
  [5, 3, "+2"],
  [3, 5, "−2"],
  [3, 3, null],
  [null, 3, null],
  [3, null, null],
])("%j after %j is %j", (now, then, words) => expect(change(now, then, String)).toBe(words));

it("parts are written in percent", () => {
  expect(change(0.984, 0.981, (part) => percent(part, { language: "en", zone: "UTC" }))).toBe("+0.3%");
});
