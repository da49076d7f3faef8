/** What the server is asked to count. */

import type { Filter, Scope } from "../../api/statistics";
import type { Span } from "./figures";

/** A range that moves on is asked for by its length, so that the question stays the same. */
export function scopeOf(
  last: string | null,
  { from, until }: Span,
  namespace: string | undefined,
  filters: readonly Filter[] = [],
): Scope {
  const range = last === null ? { from: new Date(from).toISOString(), to: new Date(until).toISOString() } : { last };
  return { range, namespace, filters };
}
