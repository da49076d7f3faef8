import { expect, it } from "vitest";
import { tagsOf, textOf } from "./tags";

it("tags are read as they are written", () => {
  const tags = [
    { key: "team", value: "a" },
    { key: "url", value: "http://x" },
  ];
  expect(tagsOf(" team:a, url: http://x ,")).toEqual(tags);
  expect(tagsOf(textOf(tags))).toEqual(tags);
  expect(tagsOf("")).toEqual([]);
});

it.each(["team", ":a", "team:"])("%s is no tag", (text) => expect(tagsOf(text)).toBeNull());
