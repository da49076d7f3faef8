/** Filters that everybody needs once a day. Pure: each is a search for the list. */

import { type Clause, type Search, withClauses } from "../filters/grammar";
import { WAITING } from "../filters/words";

function search(...clauses: readonly Clause[]): Search {
  return withClauses({}, clauses);
}

/** Those that failed since midnight, on the clocks of the reader. */
export function failedToday(now: Date): Search {
  const midnight = new Date(now.getFullYear(), now.getMonth(), now.getDate());
  return search(
    { field: "state", operation: "IN", value: "FAILED" },
    { field: "startDate", operation: "GREATER_THAN_OR_EQUAL_TO", value: midnight.toISOString() },
  );
}

export function waiting(): Search {
  return search(WAITING);
}

/** Those that run and began so long ago. */
export function runningFor(milliseconds: number, now: Date): Search {
  return search(
    { field: "state", operation: "IN", value: "RUNNING" },
    {
      field: "startDate",
      operation: "LESS_THAN_OR_EQUAL_TO",
      value: new Date(now.getTime() - milliseconds).toISOString(),
    },
  );
}
