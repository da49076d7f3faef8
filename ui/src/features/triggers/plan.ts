/** What a backfill would create, and how far one is. */

import type { SkipReason } from "../../api/causes";
import { type Backfill, type FireTime, TIMES_MAX } from "../../api/triggers";

export interface Planned {
  readonly count: number;
  /** There are more than the server tells at once. */
  readonly isMore: boolean;
  readonly first: FireTime | null;
  readonly last: FireTime | null;
}

/** The occurrences up to a moment. */
export function planned(times: readonly FireTime[], end: string): Planned {
  const until = Date.parse(end);
  const within = times.filter(({ at }) => Date.parse(at) <= until);
  return {
    count: within.length,
    isMore: within.length === TIMES_MAX,
    first: within[0] ?? null,
    last: within.at(-1) ?? null,
  };
}

/** The part that is done, between 0 and 1; `null` for one without an end. */
export function progress({ start, end, currentDate }: Backfill): number | null {
  if (!end) return null;
  const whole = Date.parse(end) - Date.parse(start);
  const done = Date.parse(currentDate ?? start) - Date.parse(start);
  return whole <= 0 ? 1 : Math.min(1, Math.max(0, done / whole));
}

export type Standing = "disabled" | "backfill" | "paused" | "locked" | "enabled";

/** The one word for where a trigger stands: what keeps it from firing comes first. */
export function standing(state: {
  readonly disabled: boolean;
  readonly locked: boolean;
  readonly backfill?: Backfill;
}): Standing {
  if (state.disabled) return "disabled";
  if (state.backfill) return state.backfill.paused ? "paused" : "backfill";
  return state.locked ? "locked" : "enabled";
}

/** A trigger that its flow switches off is off, whatever is kept of it. */
export function asWritten<State extends { readonly disabled: boolean }>(
  state: State,
  trigger: { readonly disabled?: boolean } | null | undefined,
): State {
  return trigger?.disabled === true ? { ...state, disabled: true } : state;
}

/** Those that wait for calls or for other executions have no state: they cannot be switched, unlocked or filled up. */
export function isKept(trigger: { readonly type: string } | null | undefined): boolean {
  return !/\.(Webhook|Flow)$/.test(trigger?.type ?? "");
}

/** What became of the last occurrence: it started something, it was looked at and there was nothing, or it was skipped. */
export interface LastTick {
  readonly outcome: "STARTED" | "NOTHING" | SkipReason;
  readonly at: string;
}

/** `isPolling`: it looks at the world again and again; most looks find nothing. */
export function lastTick(
  state: {
    readonly lastTriggeredDate?: string;
    readonly evaluatedAt?: string;
    readonly skipping?: { readonly since: string; readonly reason: SkipReason };
  },
  isPolling: boolean,
): LastTick | null {
  const { lastTriggeredDate, evaluatedAt, skipping } = state;
  if (skipping) return { outcome: skipping.reason, at: evaluatedAt ?? skipping.since };
  if (isPolling && evaluatedAt && (!lastTriggeredDate || Date.parse(evaluatedAt) > Date.parse(lastTriggeredDate)))
    return { outcome: "NOTHING", at: evaluatedAt };
  return lastTriggeredDate ? { outcome: "STARTED", at: lastTriggeredDate } : null;
}
