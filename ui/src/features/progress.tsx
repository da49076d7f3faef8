/** How many task runs are in which state; each number leads to those. */

import { Link } from "@tanstack/react-router";
import { STATES, type State, type TaskRun } from "../api/types";
import { t } from "../i18n/text";
import { familyOf, StateMark } from "../kit/statemark";

export function countsOf(runs: readonly TaskRun[]): readonly (readonly [State, number])[] {
  const counts = new Map<State, number>();
  for (const { state } of runs) counts.set(state.current, (counts.get(state.current) ?? 0) + 1);
  return STATES.flatMap((state) => {
    const count = counts.get(state);
    return count === undefined ? [] : [[state, count] as const];
  });
}

interface Props {
  readonly tenant: string;
  readonly execution: { readonly namespace: string; readonly flowId: string; readonly id: string };
  readonly runs: readonly TaskRun[];
}

export function Progress({ tenant, execution: { namespace, flowId, id }, runs }: Props) {
  const counts = countsOf(runs);
  if (counts.length === 0) return null;
  return (
    <div className="px-4 pb-2 max-narrow:px-3">
      <div aria-hidden className="mb-1 flex h-1.5 gap-px overflow-hidden rounded-control">
        {counts.map(([state, count]) => (
          <span key={state} style={{ flexGrow: count, background: `var(--state-${familyOf(state)})` }} />
        ))}
      </div>
      <ul aria-label={t("execution.runs")} className="flex flex-wrap gap-x-4">
        {counts.map(([state, count]) => (
          <li key={state}>
            <Link
              to="/$tenant/executions/$namespace/$flowId/$id/$tab"
              params={{ tenant, namespace, flowId, id, tab: "gantt" }}
              search={{ state }}
              className="inline-flex min-h-6 items-center gap-1.5 hover:underline"
            >
              <span className="font-semibold">{count}</span>
              <StateMark state={state} />
            </Link>
          </li>
        ))}
      </ul>
    </div>
  );
}
