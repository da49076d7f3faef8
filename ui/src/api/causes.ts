/** Why things stand still, in the server's words. */

/** Why an execution can stand still. */
export const CAUSES = [
  "CONCURRENCY",
  "SCHEDULED",
  "PAUSED",
  "DELAY",
  "BREAKPOINT",
  "RETRY_WAIT",
  "SUBFLOW",
  "CHILDREN",
  "DEPENDS_ON",
  "LOOP_LIMIT",
  "KILLING",
  "WORKERS_BUSY",
  "NO_WORKER",
  "RUNNER",
  "DISK",
  "DATABASE",
  "MAINTENANCE",
  "UNKNOWN",
] as const;

export type Cause = (typeof CAUSES)[number];

/** Why an occurrence of a trigger started nothing. */
export type SkipReason = "MISSED" | "LATE" | "CONDITION" | "LOCKED" | "DISABLED" | "HAPPENED" | "FAILED";
