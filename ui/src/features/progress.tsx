/** How many task runs are in which state; each number leads to those. */

import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { progress } from "../api/taskruns";
import { STATES } from "../api/types";
import { defaultForm, count as number } from "../i18n/format";
import { t } from "../i18n/text";
import { familyOf, StateMark } from "../kit/statemark";

interface Props {
  readonly tenant: string;
  readonly execution: { readonly namespace: string; readonly flowId: string; readonly id: string };
}

export function Progress({ tenant, execution: { namespace, flowId, id } }: Props) {
  const known = useQuery(progress(tenant, id)).data?.counts ?? {};
  const counts = STATES.flatMap((state) => (known[state] ? [[state, known[state]] as const] : []));
  const form = useMemo(defaultForm, []);
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
              <span className="font-semibold">{number(count, form)}</span>
              <StateMark state={state} />
            </Link>
          </li>
        ))}
      </ul>
    </div>
  );
}
