/**
 * Where tasks and triggers stand in the text of this moment. The server knows it too, but of a text that was sent: whoever
 * clicks wants to get to the place as it is now, also while the text is broken. Pure.
 */

import { yamlLanguage } from "@codemirror/lang-yaml";
import type { Diagnostic } from "../../api/types";
import { offsetOf } from "./places";

export interface Part {
  readonly id: string;
  /** Where its id is written. */
  readonly at: number;
  readonly from: number;
  readonly to: number;
}

/** In these stand declarations that have an id and a type as well. */
const NO_TASKS: ReadonlySet<string> = new Set(["inputs", "outputs", "onResume"]);

/** What is written at a place, without quotes. */
function written(text: string): string {
  return text.replace(/^(["'])(.*)\1$/s, "$2");
}

type Node = ReturnType<typeof yamlLanguage.parser.parse>["topNode"];

/** All of them, the outer ones in front of what stands in them. */
export function parts(text: string): readonly Part[] {
  const found: Part[] = [];
  const read = ({ from, to }: Node) => written(text.slice(from, to));
  const keyOf = (pair: Node) => {
    const key = pair.getChild("Key");
    return key ? read(key) : "";
  };
  const look = (map: Node) => {
    const pairs = map.getChildren("Pair");
    const id = pairs.find((pair) => keyOf(pair) === "id")?.lastChild;
    if (!id || !pairs.some((pair) => keyOf(pair) === "type") || !/Literal$/.test(id.name)) return;
    found.push({ id: read(id), at: id.from, from: map.from, to: map.to });
  };
  yamlLanguage.parser.parse(text).iterate({
    enter: ({ name, node }) => {
      if (name === "Pair") return !NO_TASKS.has(keyOf(node));
      if (/Mapping$/.test(name) && node.parent?.name === "Item") look(node);
      return true;
    },
  });
  return found;
}

/** The innermost one around a place. */
export function partAt(known: readonly Part[], offset: number): Part | undefined {
  return known.findLast(({ from, to }) => from <= offset && offset <= to);
}

/** What was found wrong in one of them. */
export interface Mark {
  readonly count: number;
  readonly isError: boolean;
}

export function marksOf(text: string, known: readonly Part[], problems: readonly Diagnostic[]) {
  const marks = new Map<string, Mark>();
  for (const { severity, range } of problems) {
    const part = range && severity !== "info" ? partAt(known, offsetOf(text, range.start)) : undefined;
    if (!part) continue;
    const { count = 0, isError = false } = marks.get(part.id) ?? {};
    marks.set(part.id, { count: count + 1, isError: isError || severity === "error" });
  }
  return marks as ReadonlyMap<string, Mark>;
}
