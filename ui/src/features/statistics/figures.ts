/** What charts of executions are made of: families of states, counts of them, spans of time. */

import type { StateCount } from "../../api/statistics";
import type { State } from "../../api/types";
import { isoDuration } from "../../i18n/format";
import type { DateRange } from "../../kit/daterange";
import { type Family, familyOf } from "../../kit/statemark";

/** From the bottom of a bar to its top. */
export const FAMILIES: readonly Family[] = [
  "success",
  "warning",
  "failed",
  "stopped",
  "running",
  "paused",
  "waiting",
  "muted",
];

/** The states that the server may be asked for to see what a family counts. */
export const MEMBERS: Readonly<Record<Family, readonly State[]>> = {
  success: ["SUCCESS"],
  warning: ["WARNING", "RETRYING"],
  failed: ["FAILED"],
  stopped: ["KILLED", "KILLING", "CANCELLED"],
  running: ["RUNNING"],
  paused: ["PAUSED", "BREAKPOINT"],
  waiting: ["CREATED", "SUBMITTED", "QUEUED", "RESTARTED"],
  muted: ["SKIPPED", "RETRIED", "RESUBMITTED"],
};

export function byFamily(counts: readonly StateCount[]) {
  return counts.map(({ date, state, total }) => ({ at: Date.parse(date), series: familyOf(state), value: total }));
}

export interface Span {
  readonly from: number;
  readonly until: number;
}

/** The moments of a range. Without an end it goes to now; without a beginning it is as long as a day. */
export function spanOf(range: DateRange, now: number): Span {
  const day = 86_400_000;
  if (range.kind === "last") return { from: now - (isoDuration(range.duration) ?? day), until: now };
  if (range.kind === "always") return { from: now - day, until: now };
  const until = range.to === null ? now : Date.parse(range.to);
  return { from: range.from === null ? until - day : Date.parse(range.from), until };
}
