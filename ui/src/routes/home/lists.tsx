/** What runs now and what comes next. */

import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { topics } from "../../api/events/protocol";
import { executionList } from "../../api/executions";
import { triggerKeys, triggerList } from "../../api/triggers";
import { useAskAgain, useTopic } from "../../features/live/live";
import { Moment, Took } from "../../features/live/moments";
import { inZone } from "../../features/triggers/stands";
import { t } from "../../i18n/text";
import { Failure, Skeleton } from "../../kit/page";
import { StateMark } from "../../kit/statemark";

export function Panel({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section aria-label={title} className="min-w-0">
      <h2 className="mb-1 flex min-h-8 items-center font-semibold text-section">{title}</h2>
      {children}
    </section>
  );
}

export const ROW = "flex min-h-8 items-center gap-3 border-border border-t touch:min-h-11";

interface Props {
  readonly tenant: string;
  readonly namespace: string | undefined;
}

const RUNNING = "RUNNING,RETRYING,KILLING";
const SHOWN = 8;

export function InProgress({ tenant, namespace }: Props) {
  const list = useQuery({
    ...executionList(tenant, [
      ["filters[state][IN]", RUNNING],
      ...(namespace ? ([["filters[namespace][PREFIX]", namespace]] as const) : []),
      ["sort", "state.startDate:asc"],
      ["size", String(SHOWN)],
    ]),
    refetchInterval: useAskAgain(true),
  });
  return (
    <Panel title={t("home.in-progress")}>
      {list.isError && <Failure error={list.error} onRetry={() => void list.refetch()} />}
      {list.isPending && <Skeleton awaited={t("home.in-progress")} rows={3} />}
      {list.data?.total === 0 && <p className="text-muted">{t("home.none-in-progress")}</p>}
      <ul>
        {list.data?.results.map(({ id, namespace: own, flowId, state }) => (
          <li key={id} className={ROW}>
            <StateMark state={state.current} isIconOnly />
            <Link
              to="/$tenant/executions/$namespace/$flowId/$id/$tab"
              params={{ tenant, namespace: own, flowId, id, tab: "overview" }}
              className="min-w-0 flex-1 truncate hover:underline"
            >
              <span className="text-muted">{own}.</span>
              {flowId}
            </Link>
            <Took state={state} />
          </li>
        ))}
      </ul>
      {(list.data?.total ?? 0) > SHOWN && (
        <Link
          to="/$tenant/executions"
          params={{ tenant }}
          search={{ "filters[state][IN]": RUNNING }}
          className="text-accent hover:underline"
        >
          {t("home.more", { count: (list.data?.total ?? 0) - SHOWN })}
        </Link>
      )}
    </Panel>
  );
}

export function NextScheduled({ tenant, namespace }: Props) {
  useTopic(tenant, topics.triggers, triggerKeys.all(tenant));
  const list = useQuery({
    ...triggerList(tenant, [
      ["filters[triggerState][EQUALS]", "ENABLED"],
      ...(namespace ? ([["filters[namespace][PREFIX]", namespace]] as const) : []),
      ["sort", "nextExecutionDate:asc"],
      ["size", "100"],
    ]),
    refetchInterval: useAskAgain(true),
  });
  const rows = (list.data?.results ?? []).filter(({ state }) => state.nextEvaluationDate !== undefined).slice(0, SHOWN);
  return (
    <Panel title={t("home.next")}>
      {list.isError && <Failure error={list.error} onRetry={() => void list.refetch()} />}
      {list.isPending && <Skeleton awaited={t("home.next")} rows={3} />}
      {list.data && rows.length === 0 && <p className="text-muted">{t("home.none-next")}</p>}
      <ul>
        {rows.map(({ state, trigger }) => (
          <li key={`${state.namespace}/${state.flowId}/${state.triggerId}`} className={ROW}>
            <span className="min-w-24" title={inZone(state.nextEvaluationDate ?? "", trigger?.timezone)}>
              <Moment iso={state.nextEvaluationDate} isRelative />
            </span>
            <Link
              to="/$tenant/flows/edit/$namespace/$id/$tab"
              params={{ tenant, namespace: state.namespace, id: state.flowId, tab: "triggers" }}
              className="min-w-0 flex-1 truncate hover:underline"
            >
              <span className="text-muted">{state.namespace}.</span>
              {state.flowId}
            </Link>
            <span className="truncate text-muted max-narrow:hidden">
              {[trigger?.cron ?? trigger?.interval, trigger?.timezone].filter(Boolean).join(" ")}
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
