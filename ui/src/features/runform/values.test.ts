import { describe, expect, it } from "vitest";
import { INPUT_TYPES } from "../../api/types";
import { controlOf, formOf, labelsOf, listed, shown, withGiven } from "./values";

it.each(INPUT_TYPES)("an input of type %s has a control", (type) => {
  expect(controlOf({ id: "a", type, values: ["x"] })).toBeTruthy();
});

describe("what is given", () => {
  it("is one part for each input, and a file keeps its name", () => {
    const form = formOf({ who: "Ada", data: new File(["x"], "a.csv") });
    expect(form.get("who")).toBe("Ada");
    expect((form.get("data") as File).name).toBe("a.csv");
  });

  it("is forgotten when it is empty", () => {
    expect(withGiven({ who: "Ada", n: "1" }, "who", "")).toEqual({ n: "1" });
    expect(withGiven({}, "who", "Ada")).toEqual({ who: "Ada" });
  });
});

it("values are shown as they are typed", () => {
  expect([shown(undefined), shown("a"), shown(3), shown(false), shown({ a: 1 })]).toEqual([
    "",
    "a",
    "3",
    "false",
    '{\n  "a": 1\n}',
  ]);
  expect([listed('["a","b"]'), listed(""), listed("[")]).toEqual([["a", "b"], [], []]);
});

it("labels are keys and values; what is neither is told", () => {
  expect(labelsOf("env:prod, team:a:b, nonsense")).toEqual({
    pairs: [
      ["labels", "env:prod"],
      ["labels", "team:a:b"],
    ],
    wrong: ["nonsense"],
  });
});
