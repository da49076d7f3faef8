import { expect, it } from "vitest";
import { forgetLocal, keepLocal, localDraft, newest } from "./drafts";

const draft = (text: string, at: number) => ({ text, base: 1, at });

it("a draft that was kept is there again, until it is forgotten", () => {
  keepLocal("main", "a.b", "f", draft("x", 5));
  expect(localDraft("main", "a.b", "f")).toEqual(draft("x", 5));
  expect(localDraft("main", "a", "b f")).toBeNull();
  forgetLocal("main", "a.b", "f");
  expect(localDraft("main", "a.b", "f")).toBeNull();
});

it("what is no draft is none", () => {
  localStorage.setItem("kapelle.draft main a f", '{"text": 5}');
  expect(localDraft("main", "a", "f")).toBeNull();
  localStorage.setItem("kapelle.draft main a f", "{");
  expect(localDraft("main", "a", "f")).toBeNull();
});

it("the draft that was written last counts, if it says something new", () => {
  expect(newest([draft("a", 1), null, draft("b", 2)], "saved")?.text).toBe("b");
  expect(newest([draft("a", 1), draft("saved", 2)], "saved")).toBeNull();
  expect(newest([null], "saved")).toBeNull();
});
