/** What follows what in this execution, with what became of each task. */

import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo } from "react";
import type { QueryPairs } from "../../api/client";
import { executionTopology } from "../../api/graphs";
import { EVERYTHING, firstRuns, progressOfTasks } from "../../api/taskruns";
import type { Execution } from "../../api/types";
import { fates } from "../../features/topology/graph";
import { TopologyView } from "../../features/topology/topology";
import { duration } from "../../i18n/format";
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
  const tasks = useQuery(progressOfTasks(tenant, execution.id)).data?.tasks;
  const known = useMemo(() => fates(tasks ?? []), [tasks]);
  const navigate = useNavigate();
  const search: { readonly task?: unknown } = useSearch({ strict: false });
  const task = typeof search.task === "string" ? search.task : undefined;
  if (found.isPending) return <Skeleton awaited={t("topology.title")} />;
  if (found.isError) return <Failure error={found.error} onRetry={() => void found.refetch()} />;
  return (
    <TopologyView
      name={execution.id}
      topology={found.data}
      known={known}
      selected={task}
      onSelect={(chosen) => void navigate({ to: ".", search: { task: chosen }, replace: true })}
    >
      {task !== undefined && <Runs task={task} execution={execution} tenant={tenant} />}
    </TopologyView>
  );
}

function Runs({ task, execution, tenant }: Props & { readonly task: string }) {
  const { id, namespace, flowId } = execution;
  const query = useMemo<QueryPairs>(
    () => [
      ["unfold", EVERYTHING],
      ["task", task],
    ],
    [task],
  );
  const found = useQuery(firstRuns(tenant, id, query, RUNS_MAX)).data;
  const { rows = [], total = 0 } = found ?? {};
  const params = { tenant, namespace, flowId, id };
  return (
    <section aria-label={t("topology.of", { name: task })} className="border-border border-b p-3">
      <h2 className="truncate font-mono font-semibold text-code">{task}</h2>
      {found && total === 0 && <p className="text-muted">{t("topology.not-run")}</p>}
      <ul className="py-1">
        {rows.map((run) => (
          <li key={run.id}>
            <Link
              to="/$tenant/executions/$namespace/$flowId/$id/$tab"
              params={{ ...params, tab: "gantt" }}
              search={{ run: run.id }}
              className="flex min-h-7 items-center gap-2 hover:underline"
            >
              <StateMark state={run.state} />
              {run.value !== null && <span className="truncate font-mono text-code text-muted">{run.value}</span>}
              <span className="ml-auto">{run.end && duration(Date.parse(run.end) - Date.parse(run.start))}</span>
            </Link>
          </li>
        ))}
      </ul>
      {total > RUNS_MAX && <p className="text-muted">{t("topology.more", { count: total - RUNS_MAX })}</p>}
      {total > 0 && (
        <p className="flex gap-3">
          {(["logs", "outputs", "gantt"] as const).map((tab) => (
            <Link
              key={tab}
              to="/$tenant/executions/$namespace/$flowId/$id/$tab"
              params={{ ...params, tab }}
              search={tab === "logs" ? { task } : tab === "gantt" ? { q: task } : {}}
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
