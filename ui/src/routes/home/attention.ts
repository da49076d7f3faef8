/** What needs somebody: flows whose last execution failed, executions that wait long, triggers that are late. */

import type { TriggerRow } from "../../api/triggers";
import type { Execution, LatestExecution } from "../../api/types";

export type Matter =
  | { readonly kind: "failed"; readonly run: LatestExecution }
  | { readonly kind: "waits"; readonly execution: Execution; readonly since: string }
  | { readonly kind: "late"; readonly trigger: TriggerRow; readonly since: string };

const LONG_MS = 5 * 60_000;
/** A trigger that is looked at a moment after its time is not late. */
const LATE_MS = 60_000;

/** The moment since when an execution is in its state. */
function since({ state }: Execution): string {
  return state.histories?.at(-1)?.date ?? state.startDate;
}

export function matters(
  last: readonly LatestExecution[],
  waiting: readonly Execution[],
  triggers: readonly TriggerRow[],
  now: number,
): readonly Matter[] {
  const failed = last.filter(({ status }) => status === "FAILED").map((run) => ({ kind: "failed", run }) as const);
  const long = waiting
    .map((execution) => ({ kind: "waits", execution, since: since(execution) }) as const)
    .filter((matter) => now - Date.parse(matter.since) > LONG_MS);
  const late = triggers.flatMap((trigger) => {
    const { disabled, locked, nextEvaluationDate } = trigger.state;
    if (disabled || locked || !nextEvaluationDate) return [];
    return now - Date.parse(nextEvaluationDate) > LATE_MS
      ? [{ kind: "late", trigger, since: nextEvaluationDate } as const]
      : [];
  });
  return [...failed, ...late, ...long];
}
