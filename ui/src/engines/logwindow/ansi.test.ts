import { expect, it } from "vitest";
import { piecesOf, plain } from "./ansi";

const E = "\u001b[";
const shown = (text: string) => piecesOf(text).map(({ text: part, looks }) => [part, ...looks].join(" "));

it.each<[string, string, readonly string[]]>([
  ["plain text is one piece", "hello", ["hello"]],
  ["nothing is none", "", []],
  ["a colour and its end", `a${E}31mb${E}0mc`, ["a", "b red", "c"]],
  ["an empty escape ends all", `${E}1;32mok${E}m.`, ["ok green bold", "."]],
  ["bright colours are the same", `${E}94mb`, ["b blue"]],
  ["looks end alone", `${E}1;4;31ma${E}22mb${E}24;39mc`, ["a red bold underline", "b red underline", "c"]],
  ["of 256 colours the nearest", `${E}38;5;196mr${E}38;5;244mg`, ["r red", "g"]],
  ["of all colours the nearest", `${E}38;2;20;200;30mg${E}48;2;1;2;3mh`, ["g green", "h green"]],
  ["a ground is not shown", `${E}41mx`, ["x"]],
  ["other escapes are dropped", `a${E}2Kb${E}10;20Hc\u001b]0;title\u0007d`, ["a", "b", "c", "d"]],
])("%s", (_, text, pieces) => expect(shown(text)).toEqual(pieces));

it("pieces know where they stand in the text as it came, where matches are counted", () =>
  expect(piecesOf(`a${E}31mb`).map(({ at }) => at)).toEqual([0, 6]));

it("escapes are no part of what is copied", () => expect(plain(`${E}1mbold${E}0m`)).toBe("bold"));
