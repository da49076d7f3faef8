/** What the keys of the rows mean. Pure. */

import type { TreeRow } from "../../api/taskruns";

export type Move =
  | { readonly kind: "go"; readonly to: number }
  | { readonly kind: "open" | "shut" | "select" | "fit" }
  /** Nearer above 1. */
  | { readonly kind: "zoom"; readonly factor: number }
  /** By a part of the time that is seen. */
  | { readonly kind: "pan"; readonly part: number };

interface Place {
  readonly at: number;
  readonly count: number;
  /** Rows that are seen at once. */
  readonly page: number;
  readonly row: (index: number) => TreeRow | undefined;
  readonly canFold: boolean;
}

const STEP = 1.5;
const PART = 0.2;

/** The row that this one stands below, as far as it is known; else the row itself. */
function parentOf({ at, row }: Place): number {
  const depth = row(at)?.depth ?? 0;
  for (let above = at - 1; above >= 0 && depth > 0; above -= 1) {
    const known = row(above);
    if (!known || known.depth < depth) return above;
  }
  return at;
}

export function moveOf(key: string, isShift: boolean, place: Place): Move | null {
  const { at, count, page, canFold } = place;
  const row = place.row(at);
  const go = (to: number): Move => ({ kind: "go", to: Math.max(0, Math.min(count - 1, to)) });
  switch (key) {
    case "ArrowDown":
      return go(at + 1);
    case "ArrowUp":
      return go(at - 1);
    case "PageDown":
      return go(at + page);
    case "PageUp":
      return go(at - page);
    case "Home":
      return go(0);
    case "End":
      return go(count - 1);
    case "ArrowRight":
      if (isShift) return { kind: "pan", part: PART };
      return row && row.children > 0 && !row.isOpen && canFold ? { kind: "open" } : go(at + 1);
    case "ArrowLeft":
      if (isShift) return { kind: "pan", part: -PART };
      return row?.isOpen && canFold ? { kind: "shut" } : go(parentOf(place));
    case "Enter":
    case " ":
      return { kind: "select" };
    case "+":
      return { kind: "zoom", factor: STEP };
    case "-":
      return { kind: "zoom", factor: 1 / STEP };
    case "0":
      return { kind: "fit" };
    default:
      return null;
  }
}
