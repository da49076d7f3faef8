/** What the figures of a page are, from executions counted over time. */

import type { StateCount } from "../../api/statistics";
import { isEnded, type State } from "../../api/types";
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

export interface Figures {
  readonly total: number;
  readonly failed: number;
  /** Of those that ended, the part that did not fail; `null` if none ended. */
  readonly success: number | null;
  /** The mean duration in milliseconds. */
  readonly mean: number | null;
}

export function figures(counts: readonly StateCount[]): Figures {
  const sum = (of: readonly StateCount[]) => of.reduce((known, { total }) => known + total, 0);
  const ended = counts.filter(({ state }) => isEnded(state));
  const good = ended.filter(({ state }) => state === "SUCCESS" || state === "WARNING");
  const timed = ended.filter(({ duration }) => typeof duration === "number");
  const seconds = timed.reduce((known, { total, duration }) => known + total * (duration ?? 0), 0);
  return {
    total: sum(counts),
    failed: sum(counts.filter(({ state }) => state === "FAILED")),
    success: sum(ended) === 0 ? null : sum(good) / sum(ended),
    mean: sum(timed) === 0 ? null : (seconds / sum(timed)) * 1000,
  };
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

/** The span of the same length before. */
export function before({ from, until }: Span): Span {
  return { from: from - (until - from), until: from };
}
