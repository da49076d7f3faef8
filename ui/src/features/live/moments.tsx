/** Moments and durations on a page. */

import { useMemo } from "react";
import type { StateInfo } from "../../api/types";
import { isEnded } from "../../api/types";
import { defaultForm, distance, duration, fullMoment, shortMoment } from "../../i18n/format";
import { useNow } from "./live";

export function Moment({
  iso,
  isRelative = false,
}: {
  readonly iso: string | undefined;
  readonly isRelative?: boolean;
}) {
  const form = useMemo(defaultForm, []);
  if (!iso) return null;
  const now = Date.now();
  return (
    <time dateTime={iso} title={fullMoment(iso, form)}>
      {isRelative ? distance(iso, now, form) : shortMoment(iso, now, form)}
    </time>
  );
}

export function milliseconds(state: StateInfo, now: number): number {
  return (state.endDate ? Date.parse(state.endDate) : now) - Date.parse(state.startDate);
}

/** How long something has taken so far; it ticks while it goes on. */
export function Took({ state }: { readonly state: StateInfo }) {
  const now = useNow(!isEnded(state.current));
  return <span>{duration(milliseconds(state, now))}</span>;
}
