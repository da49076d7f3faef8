import { expect, it } from "vitest";
import type { TreeRow } from "../../api/taskruns";
import { moveOf } from "./keys";

const row = (depth: number, children: number, isOpen: boolean) => ({ depth, children, isOpen }) as TreeRow;
/** A loop that is open, with two below it, and one that is shut. */
const ROWS = [row(0, 2, true), row(1, 0, false), row(1, 0, false), row(0, 9, false)];
const press = (key: string, at: number, isShift = false, canFold = true) =>
  moveOf(key, isShift, { at, count: ROWS.length, page: 3, row: (index) => ROWS[index], canFold });

it.each([
  ["ArrowDown", 0, { kind: "go", to: 1 }],
  ["ArrowUp", 0, { kind: "go", to: 0 }],
  ["PageDown", 1, { kind: "go", to: 3 }],
  ["End", 0, { kind: "go", to: 3 }],
  ["ArrowRight", 3, { kind: "open" }],
  ["ArrowRight", 0, { kind: "go", to: 1 }],
  ["ArrowLeft", 0, { kind: "shut" }],
  ["ArrowLeft", 2, { kind: "go", to: 0 }],
  ["ArrowLeft", 3, { kind: "go", to: 3 }],
  ["Enter", 2, { kind: "select" }],
  ["x", 2, null],
])("%s on row %i", (key, at, move) => expect(press(key, at)).toEqual(move));

it("with shift the arrows move the time", () =>
  expect(press("ArrowRight", 0, true)).toMatchObject({ kind: "pan", part: 0.2 }));

it("what is looked for is not folded", () =>
  expect(press("ArrowRight", 3, false, false)).toEqual({ kind: "go", to: 3 }));
