/** Places in a source as the server counts them: lines and columns from 1, columns in characters, not in halves of them. */

import type { Edit, Place } from "../../api/types";

/** A place without the byte that it begins at. */
export type Spot = Pick<Place, "line" | "column">;

/** The offset in the text, in the units of the language. What lies behind the end of a line is its end. */
export function offsetOf(text: string, { line, column }: Spot): number {
  let start = 0;
  for (let at = 1; at < line; at += 1) {
    const end = text.indexOf("\n", start);
    if (end < 0) return text.length;
    start = end + 1;
  }
  const end = text.indexOf("\n", start);
  const rest = text.slice(start, end < 0 ? text.length : end);
  let offset = 0;
  let left = column - 1;
  for (const character of rest) {
    if (left === 0) break;
    offset += character.length;
    left -= 1;
  }
  return start + offset;
}

/** The text after these edits. They speak of the text before, so the last comes first. */
export function edited(text: string, edits: readonly Edit[]): string {
  const placed = edits.map(({ range, text: inserted }) => ({
    from: offsetOf(text, range.start),
    to: offsetOf(text, range.end),
    inserted,
  }));
  placed.sort((one, other) => other.from - one.from);
  return placed.reduce((known, { from, to, inserted }) => known.slice(0, from) + inserted + known.slice(to), text);
}

/** The place of an offset, as the server counts. */
export function placeOf(text: string, offset: number): Spot {
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  const line = text.slice(0, start).split("\n").length;
  return { line, column: [...text.slice(start, offset)].length + 1 };
}
