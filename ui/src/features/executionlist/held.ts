/**
 * Rows that do not jump: while somebody is in the middle of a list, rows change where they stand, and new ones wait until
 * they are asked for.
 */

import { useState, useSyncExternalStore } from "react";

export interface Held<Row> {
  readonly rows: readonly Row[];
  /** How many rows wait to be shown. */
  readonly news: number;
  /** Rows that are shown as they were last: the list has them no more. */
  readonly gone: ReadonlySet<string>;
}

export function held<Row>(shown: readonly Row[], fresh: readonly Row[], keyOf: (row: Row) => string): Held<Row> {
  const byKey = new Map(fresh.map((row) => [keyOf(row), row]));
  const known = new Set(shown.map(keyOf));
  return {
    rows: shown.map((row) => byKey.get(keyOf(row)) ?? row),
    news: fresh.filter((row) => !known.has(keyOf(row))).length,
    gone: new Set([...known].filter((key) => !byKey.has(key))),
  };
}

const NOBODY: ReadonlySet<string> = new Set();

/** `question` names what is listed: another one has other rows. */
export function useHeld<Row>(
  fresh: readonly Row[],
  question: string,
  isStill: boolean,
  keyOf: (row: Row) => string,
): Held<Row> & { readonly showNews: () => void } {
  const [kept, setKept] = useState({ question, rows: fresh, from: fresh });
  const isHeld = isStill && kept.question === question && kept.rows.length > 0;
  const now = isHeld ? held(kept.rows, fresh, keyOf) : { rows: fresh, news: 0, gone: NOBODY };
  // What was read last is the base of what is read next: a row that leaves stays as it was last seen.
  const isBehind = kept.from !== fresh || kept.question !== question || (!isHeld && kept.rows !== fresh);
  if (isBehind) setKept({ question, rows: now.rows, from: fresh });
  return { ...now, showNews: () => setKept({ question, rows: fresh, from: fresh }) };
}

function watchScrolling(changed: () => void): () => void {
  addEventListener("scroll", changed, { passive: true });
  return () => removeEventListener("scroll", changed);
}

/** Whether the page is scrolled to its top. */
export function useIsAtTop(): boolean {
  return useSyncExternalStore(watchScrolling, () => scrollY < 1);
}
