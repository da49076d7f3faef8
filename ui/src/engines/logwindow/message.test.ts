import { expect, it } from "vitest";
import { folded, type Mark, partsOf, unfolded } from "./message";

const TRACE = "Error: no\n  at one\n  at two\n";

it("of a stack trace the first line is shown, and how many are folded away", () =>
  expect(folded(TRACE)).toMatchObject({ text: "Error: no", folded: 2 }));

it("unfolded it is all there", () => expect(unfolded(TRACE).text).toBe("Error: no\n  at one\n  at two"));

it("an object of JSON unfolds to its fields", () => {
  const message = '{"user":"anna","sums":[1],"note":"a\\nb"}';
  expect(folded(message)).toMatchObject({ text: message, folded: 3 });
  expect(unfolded(message)).toMatchObject({
    text: "user: anna\nsums: [\n    1\n  ]\nnote: a\n  b",
    isRewritten: true,
  });
});

it("what only looks like JSON stays as it is", () => expect(folded("{x}")).toMatchObject({ text: "{x}", folded: 0 }));

it("a line without end is cut until it is unfolded", () => {
  const long = "x".repeat(10_000);
  expect(folded(long)).toMatchObject({ text: "x".repeat(2_000), folded: 1 });
  expect(unfolded(long).text).toBe(long);
});

it.each<[string, string, readonly Mark[], string]>([
  ["no match is one part", "abc", [], "abc"],
  [
    "matches are parts of their own",
    "abcab",
    [
      [0, 2],
      [3, 5],
    ],
    "[ab] c [ab]",
  ],
  ["over a change of colour", "a\u001b[31mbc", [[0, 7]], "[a] [b] c"],
  ["beyond what is shown nothing is marked", "ab", [[7, 9]], "ab"],
  ["links end before the full stop", "see https://x.test/a?b. Yes", [], "see  <https://x.test/a?b> . Yes"],
  ["matches in links", "http://x.test", [[7, 8]], "<http://> <[x]> <.test>"],
])("%s", (_, text, marks, expected) => {
  const parts = partsOf(folded(text), marks);
  const shown = parts.map(({ text: part, isMatch, href }) => {
    const inner = isMatch ? `[${part}]` : part;
    return href === undefined ? inner : `<${inner}>`;
  });
  expect(shown.join(" ")).toBe(expected);
});
