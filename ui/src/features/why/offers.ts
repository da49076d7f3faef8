/** What can be offered to somebody who waits, by the cause. Pure. */

import type { State } from "../../api/types";

export type Offer = "resume" | "resume-from-breakpoint" | "kill" | "unqueue" | "force-run";

const BY_CAUSE: Readonly<Record<string, readonly Offer[]>> = {
  CONCURRENCY: ["force-run", "unqueue", "kill"],
  SCHEDULED: ["force-run", "kill"],
  PAUSED: ["resume", "kill"],
  BREAKPOINT: ["resume-from-breakpoint", "kill"],
  DELAY: ["kill"],
  RETRY_WAIT: ["kill"],
  SUBFLOW: ["kill"],
  CHILDREN: ["kill"],
  WORKERS_BUSY: ["kill"],
  UNKNOWN: ["force-run", "kill"],
};

/** An offer makes sense only in a state in which the server takes it. */
const ONLY_IN: Readonly<Partial<Record<Offer, readonly State[]>>> = {
  resume: ["PAUSED"],
  "resume-from-breakpoint": ["BREAKPOINT"],
  unqueue: ["QUEUED"],
  "force-run": ["QUEUED", "CREATED"],
};

export function offersOf(cause: string | null, state: State): readonly Offer[] {
  return (cause === null ? [] : (BY_CAUSE[cause] ?? [])).filter((offer) => ONLY_IN[offer]?.includes(state) ?? true);
}
