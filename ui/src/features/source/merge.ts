/**
 * Two texts that were made from the same third one become one again. What only one of them changed is taken; what both
 * changed differently is for a person to decide. Lines are the unit, and changes that touch each other count as one place.
 */

import { diff } from "@codemirror/merge";

export interface Kept {
  readonly kind: "kept";
  readonly lines: readonly string[];
}

export interface Taken {
  readonly kind: "mine" | "theirs" | "both";
  readonly lines: readonly string[];
}

export interface Clash {
  readonly kind: "clash";
  /** Where it begins in the base, from 1. */
  readonly line: number;
  readonly base: readonly string[];
  readonly mine: readonly string[];
  readonly theirs: readonly string[];
}

export type Chunk = Kept | Taken | Clash;

export type Choice = "mine" | "theirs" | "both";

interface Hunk {
  readonly from: number;
  readonly to: number;
  readonly side: "mine" | "theirs";
  /** How much longer the text is behind it than the base. */
  readonly shift: number;
}

/** Each distinct line becomes one character, so that lines can be compared as texts are. */
function encoder(): (lines: readonly string[]) => string {
  const known = new Map<string, string>();
  // Far from halves of characters, which belong together.
  const first = 0x100;
  return (lines) =>
    lines
      .map((line) => {
        let code = known.get(line);
        if (code === undefined) {
          code = String.fromCharCode(first + (known.size % 0xd600));
          known.set(line, code);
        }
        return code;
      })
      .join("");
}

function hunks(base: string, other: string, side: Hunk["side"]): readonly Hunk[] {
  let shift = 0;
  return diff(base, other).map(({ fromA, toA, fromB, toB }) => {
    shift += toB - fromB - (toA - fromA);
    return { from: fromA, to: toA, side, shift };
  });
}

/** Hunks of both sides that touch each other, together. */
function places(all: readonly Hunk[]): readonly (readonly Hunk[])[] {
  const sorted = all.toSorted((one, other) => one.from - other.from || one.to - other.to);
  const found: Hunk[][] = [];
  let end = -1;
  for (const hunk of sorted) {
    const last = found.at(-1);
    if (last && hunk.from <= end) last.push(hunk);
    else found.push([hunk]);
    end = Math.max(found.at(-1) === last ? end : -1, hunk.to);
  }
  return found;
}

const split = (text: string) => text.split("\n");

export function merge(base: string, mine: string, theirs: string): readonly Chunk[] {
  const lines = { base: split(base), mine: split(mine), theirs: split(theirs) };
  const encode = encoder();
  const codes = { base: encode(lines.base), mine: encode(lines.mine), theirs: encode(lines.theirs) };
  const all = [...hunks(codes.base, codes.mine, "mine"), ...hunks(codes.base, codes.theirs, "theirs")];
  const shifts = { mine: 0, theirs: 0 };
  const chunks: Chunk[] = [];
  let at = 0;
  for (const place of places(all)) {
    const from = Math.min(...place.map((hunk) => hunk.from));
    const to = Math.max(...place.map((hunk) => hunk.to));
    if (from > at) chunks.push({ kind: "kept", lines: lines.base.slice(at, from) });
    const before = { ...shifts };
    for (const { side, shift } of place) shifts[side] = shift;
    const part = (side: "mine" | "theirs") => lines[side].slice(from + before[side], to + shifts[side]);
    chunks.push(decided(place, from, lines.base.slice(from, to), part("mine"), part("theirs")));
    at = to;
  }
  if (at < lines.base.length) chunks.push({ kind: "kept", lines: lines.base.slice(at) });
  return chunks;
}

function decided(
  place: readonly Hunk[],
  from: number,
  base: readonly string[],
  mine: readonly string[],
  theirs: readonly string[],
): Chunk {
  const sides = new Set(place.map(({ side }) => side));
  if (!sides.has("theirs")) return { kind: "mine", lines: mine };
  if (!sides.has("mine")) return { kind: "theirs", lines: theirs };
  if (mine.join("\n") === theirs.join("\n")) return { kind: "both", lines: mine };
  return { kind: "clash", line: from + 1, base, mine, theirs };
}

export function clashes(chunks: readonly Chunk[]): readonly Clash[] {
  return chunks.filter((chunk) => chunk.kind === "clash");
}

/** The text, with what was chosen for each clash in their order. What is not chosen yet is mine. */
export function merged(chunks: readonly Chunk[], choices: readonly (Choice | undefined)[]): string {
  let at = 0;
  return chunks
    .flatMap((chunk) => {
      if (chunk.kind !== "clash") return chunk.lines;
      const choice = choices[at] ?? "mine";
      at += 1;
      return choice === "both" ? [...chunk.theirs, ...chunk.mine] : chunk[choice];
    })
    .join("\n");
}
