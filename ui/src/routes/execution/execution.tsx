/** One execution, in tabs: what state it is in, its tasks in time, its log, its outputs. */

import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { topics } from "../../api/events/protocol";
import { execution, executionKeys, wholeExecution } from "../../api/executions";
import { runKeys } from "../../api/taskruns";
import type { Execution } from "../../api/types";
import { isEnded } from "../../api/types";
import { Labels } from "../../features/labels";
import { useAskAgain, useCatchUp, useTopic } from "../../features/live/live";
import { Moment, Took } from "../../features/live/moments";
import { Progress } from "../../features/progress";
import { useGently } from "../../features/timeline/gently";
import { middle } from "../../i18n/format";
import { t } from "../../i18n/text";
import { CopyButton } from "../../kit/codeblock";
import { EmptyState, Failure, PageHead, Skeleton } from "../../kit/page";
import { StateMark, stateWord } from "../../kit/statemark";
import { TAB, Tabs } from "../../kit/tabs";
import { ExecutionActions } from "./actions";
import { Neighbours } from "./neighbours";

const TABS = ["overview", "gantt", "logs", "topology", "outputs", "compare"] as const;
type Tab = (typeof TABS)[number];

interface BodyProps {
  readonly tenant: string;
  readonly execution: Execution;
}

/** A part that needs all task runs at once waits for them. */
function withRuns(Part: React.ComponentType<BodyProps>): React.ComponentType<BodyProps> {
  return function Whole({ tenant, execution: { id } }) {
    const found = useQuery(wholeExecution(tenant, id));
    if (found.isPending) return <Skeleton awaited={t("execution.runs")} />;
    if (found.isError) return <Failure error={found.error} onRetry={() => void found.refetch()} />;
    return <Part tenant={tenant} execution={found.data} />;
  };
}

const BODIES: Readonly<Record<Tab, React.ComponentType<BodyProps>>> = {
  overview: lazy(async () => ({ default: (await import("./overview")).ExecutionOverview })),
  gantt: lazy(async () => ({ default: (await import("./gantt")).ExecutionGantt })),
  logs: lazy(async () => ({ default: (await import("./logs")).ExecutionLogs })),
  topology: lazy(async () => ({ default: (await import("./topology")).ExecutionTopology })),
  outputs: lazy(async () => ({ default: withRuns((await import("./outputs")).ExecutionOutputs) })),
  compare: lazy(async () => ({ default: (await import("./compare")).ExecutionCompare })),
};

export function ExecutionPage() {
  const { tenant, id, tab } = useParams({ from: "/$tenant/executions/$namespace/$flowId/$id/$tab" });
  const askAgain = useAskAgain(true);
  const found = useQuery({
    ...execution(tenant, id),
    refetchInterval: ({ state }) => (state.data && isEnded(state.data.state.current) ? false : askAgain),
  });
  const isMoving = found.data !== undefined && !isEnded(found.data.state.current);
  useTopic(tenant, topics.execution(id), executionKeys.one(tenant, id));
  useCatchUp(executionKeys.one(tenant, id), isMoving);
  useGently(tenant, topics.execution(id), runKeys(tenant, id), isMoving);
  if (found.isPending) return <Skeleton awaited={id} />;
  if (found.isError) return <Failure error={found.error} onRetry={() => void found.refetch()} />;
  const known = TABS.find((one) => one === tab);
  const Body = known ? BODIES[known] : null;
  return (
    <>
      <Head tenant={tenant} execution={found.data} />
      <Tabs label={t("execution.tabs")}>
        {TABS.map((one) => (
          <Link
            key={one}
            to="/$tenant/executions/$namespace/$flowId/$id/$tab"
            params={{ tenant, id, namespace: found.data.namespace, flowId: found.data.flowId, tab: one }}
            activeOptions={{ includeSearch: false }}
            className={TAB}
            data-tab
          >
            {t(`execution.tab.${one}`)}
          </Link>
        ))}
      </Tabs>
      <Suspense fallback={<Skeleton awaited={t("page.page")} />}>
        {Body ? <Body tenant={tenant} execution={found.data} /> : <EmptyState title={t("page.no-tab", { tab })} />}
      </Suspense>
    </>
  );
}

function Head({ tenant, execution: shown }: { readonly tenant: string; readonly execution: Execution }) {
  const { namespace, flowId, flowRevision, id, state, labels, trigger } = shown;
  return (
    <>
      <PageHead
        name={`${stateWord(state.current)} ${flowId}`}
        title={
          <>
            <Link
              to="/$tenant/flows/edit/$namespace/$id/$tab"
              params={{ tenant, namespace, id: flowId, tab: "overview" }}
              className="font-normal text-muted hover:underline"
            >
              {namespace}.{flowId}
            </Link>{" "}
            <span className="font-mono" title={id}>
              {middle(id)}
            </span>
          </>
        }
        aside={
          <>
            <CopyButton text={id} label={t("execution.copy-id")} />
            <Neighbours tenant={tenant} execution={shown} />
          </>
        }
        actions={<ExecutionActions tenant={tenant} execution={shown} />}
      />
      <p className="-mt-1 flex flex-wrap items-center gap-x-3 gap-y-1 px-4 pb-2 max-narrow:px-3">
        <span aria-live="polite" className="font-semibold">
          <StateMark state={state.current} />
        </span>
        <Took state={state} />
        <Moment iso={state.startDate} />
        <span className="text-muted">{t("flow.revision", { revision: String(flowRevision) })}</span>
        {trigger && <span className="text-muted">{t("execution.by", { trigger: trigger.id })}</span>}
        <Labels labels={labels} list="executions" />
      </p>
      <Progress tenant={tenant} execution={shown} />
    </>
  );
}
