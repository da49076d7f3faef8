import { expect, it } from "vitest";
import { remaining, shownAs, written } from "./values";

it.each([
  ["STRING", "2026-01-01", '"2026-01-01"'],
  ["STRING", 'a "b"', '"a \\"b\\""'],
  ["NUMBER", " -1.5e3 ", "-1.5e3"],
  ["BOOLEAN", "true", "true"],
  ["DATE", "2026-01-01", "2026-01-01"],
  ["DATETIME", "2026-01-01T10:00:00Z", "2026-01-01T10:00:00.000Z"],
  ["DURATION", "PT15M", "PT15M"],
  ["JSON", '{"a": [1]}', '{"a": [1]}'],
] as const)("%s %s travels as %s", (type, text, body) => expect(written(type, text)).toEqual({ body }));

it.each([
  ["NUMBER", "01"],
  ["NUMBER", "1,5"],
  ["DATE", "1.1.2026"],
  ["DATETIME", "soon"],
  ["DATETIME", ""],
  ["DURATION", "15 min"],
  ["JSON", '"a text"'],
  ["JSON", "{a: 1}"],
] as const)("%s %s is told to be wrong", (type, text) =>
  expect(written(type, text)).toEqual({ wrong: `kv.wrong.${type}` }),
);

it("a value is shown as it is written", () => {
  expect(shownAs({ type: "STRING", value: "a" })).toBe("a");
  expect(shownAs({ type: "NUMBER", value: 5 })).toBe("5");
  expect(shownAs({ type: "JSON", value: { a: 1 } })).toBe('{\n  "a": 1\n}');
});

it("what is left of its life goes along when an entry is changed", () => {
  const now = Date.parse("2026-01-01T00:00:00Z");
  expect(remaining(undefined, now)).toBe("");
  expect(remaining("2026-01-02T01:30:05Z", now)).toBe("PT25H30M5S");
  expect(remaining("2025-12-31T00:00:00Z", now)).toBe("PT1S");
});
