/** What follows what in this execution, with what became of each task. */

import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { executionTopology } from "../../api/graphs";
import type { Execution } from "../../api/types";
import { Took } from "../../features/live/moments";
import { TopologyView } from "../../features/topology/topology";
import { t } from "../../i18n/text";
import { LINK } from "../../kit/link";
import { Failure, Skeleton } from "../../kit/page";
import { StateMark } from "../../kit/statemark";

const RUNS_MAX = 20;

interface Props {
  readonly tenant: string;
  readonly execution: Execution;
}

export function ExecutionTopology({ tenant, execution }: Props) {
  const found = useQuery(executionTopology(tenant, execution.id));
  const navigate = useNavigate();
  const search: { readonly task?: unknown } = useSearch({ strict: false });
  const task = typeof search.task === "string" ? search.task : undefined;
  if (found.isPending) return <Skeleton awaited={t("topology.title")} />;
  if (found.isError) return <Failure error={found.error} onRetry={() => void found.refetch()} />;
  return (
    <TopologyView
      name={execution.id}
      topology={found.data}
      runs={execution.taskRunList ?? []}
      selected={task}
      onSelect={(chosen) => void navigate({ to: ".", search: { task: chosen }, replace: true })}
    >
      {task !== undefined && <Runs task={task} execution={execution} tenant={tenant} />}
    </TopologyView>
  );
}

function Runs({ task, execution, tenant }: Props & { readonly task: string }) {
  const runs = (execution.taskRunList ?? []).filter((run) => run.taskId === task);
  const { id, namespace, flowId } = execution;
  return (
    <section aria-label={t("topology.of", { name: task })} className="border-border border-b p-3">
      <h2 className="truncate font-mono font-semibold text-code">{task}</h2>
      {runs.length === 0 && <p className="text-muted">{t("topology.not-run")}</p>}
      <ul className="py-1">
        {runs.slice(0, RUNS_MAX).map((run) => (
          <li key={run.id} className="flex min-h-7 items-center gap-2">
            <StateMark state={run.state.current} />
            {run.value !== undefined && <span className="truncate font-mono text-code text-muted">{run.value}</span>}
            <span className="ml-auto">
              <Took state={run.state} />
            </span>
          </li>
        ))}
      </ul>
      {runs.length > RUNS_MAX && <p className="text-muted">{t("topology.more", { count: runs.length - RUNS_MAX })}</p>}
      {runs.length > 0 && (
        <p className="flex gap-3">
          {(["logs", "outputs", "gantt"] as const).map((tab) => (
            <Link
              key={tab}
              to="/$tenant/executions/$namespace/$flowId/$id/$tab"
              params={{ tenant, namespace, flowId, id, tab }}
              className={LINK}
            >
              {t(`execution.tab.${tab}`)}
            </Link>
          ))}
        </p>
      )}
    </section>
  );
}
