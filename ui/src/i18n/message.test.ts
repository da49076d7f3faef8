import { expect, it } from "vitest";
import { fill } from "./message";

const flows = "{count, plural, =0 {no flow} one {# flow} other {# flows}} in {namespace}";

it.each([
  ["plain", {}, "plain"],
  ["by {who}", { who: "anna" }, "by anna"],
  ["{missing} stays", {}, "{missing} stays"],
  [flows, { count: 0, namespace: "a" }, "no flow in a"],
  [flows, { count: 1, namespace: "a" }, "1 flow in a"],
  [flows, { count: 1204, namespace: "{b}" }, "1,204 flows in {b}"],
])("%s", (message, values, text) => expect(fill(message, "en", values)).toBe(text));
