/** What runs now, as bars beside what is usual, and what comes next. */

import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { topics } from "../../api/events/protocol";
import { executionKeys, executionList } from "../../api/executions";
import type { NamedTrigger } from "../../api/home";
import { TookBar } from "../../features/executionlist/took";
import { useAskAgain, useCatchUp, useTopic } from "../../features/live/live";
import { Moment } from "../../features/live/moments";
import { useUsual } from "../../features/statistics/usual";
import { defaultForm, fullMoment } from "../../i18n/format";
import { t } from "../../i18n/text";
import { LINK } from "../../kit/link";
import { Failure, Skeleton } from "../../kit/page";
import { StateMark } from "../../kit/statemark";
import { type Asked, listOf, pairsOfPage } from "./asked";
import { Panel, ROW } from "./panel";

const RUNNING = "RUNNING,RETRYING,KILLING";
const SHOWN = 8;

interface Props {
  readonly tenant: string;
  readonly asked: Asked;
}

export function InProgress({ tenant, asked }: Props) {
  useTopic(tenant, topics.executions, executionKeys.lists(tenant));
  const list = useQuery({
    ...executionList(tenant, [
      ["filters[state][IN]", RUNNING],
      ...pairsOfPage(asked),
      ["sort", "state.startDate:asc"],
      ["size", String(SHOWN)],
    ]),
    refetchInterval: useAskAgain(true),
  });
  const rows = list.data?.results ?? [];
  useCatchUp(executionKeys.lists(tenant), rows.length > 0);
  const usual = useUsual(tenant, rows);
  const left = (list.data?.total ?? 0) - rows.length;
  return (
    <Panel title={t("home.in-progress")}>
      {list.isError && <Failure error={list.error} onRetry={() => void list.refetch()} />}
      {list.isPending && <Skeleton awaited={t("home.in-progress")} rows={3} />}
      {list.data?.total === 0 && <p className="text-muted">{t("home.none-in-progress")}</p>}
      <ul>
        {rows.map((execution) => (
          <li key={execution.id} className={ROW}>
            <StateMark state={execution.state.current} isIconOnly />
            <Link
              to="/$tenant/executions/$namespace/$flowId/$id/$tab"
              params={{
                tenant,
                namespace: execution.namespace,
                flowId: execution.flowId,
                id: execution.id,
                tab: "overview",
              }}
              className="min-w-0 flex-1 truncate hover:underline"
            >
              <span className="text-muted">{execution.namespace}.</span>
              {execution.flowId}
            </Link>
            <TookBar state={execution.state} usual={usual(execution)} />
          </li>
        ))}
      </ul>
      {left > 0 && (
        <Link
          to="/$tenant/executions"
          params={{ tenant }}
          search={listOf(asked, { "filters[state][IN]": RUNNING })}
          className={LINK}
        >
          {t("home.more", { count: left })}
        </Link>
      )}
    </Panel>
  );
}

interface NextProps {
  readonly tenant: string;
  /** `null` for who may not see triggers. */
  readonly next: readonly NamedTrigger[] | null;
  readonly late: readonly NamedTrigger[] | null;
}

/** Late ones come first: they are what should have been next. */
export function NextScheduled({ tenant, next, late }: NextProps) {
  if (next === null) return null;
  const rows = [
    ...(late ?? []).map((trigger) => ({ trigger, isLate: true })),
    ...next.map((trigger) => ({ trigger, isLate: false })),
  ];
  const form = defaultForm();
  return (
    <Panel title={t("home.next")}>
      {rows.length === 0 && <p className="text-muted">{t("home.none-next")}</p>}
      <ul className="max-h-84 overflow-auto">
        {rows.map(({ trigger: { namespace, flowId, triggerId, due }, isLate }) => (
          <li key={`${namespace}/${flowId}/${triggerId}`} className={ROW}>
            <span className="min-w-24">
              <Moment iso={due ?? undefined} isRelative />
            </span>
            <Link
              to="/$tenant/flows/edit/$namespace/$id/$tab"
              params={{ tenant, namespace, id: flowId, tab: "triggers" }}
              className="min-w-0 flex-1 truncate hover:underline"
            >
              <span className="text-muted">{namespace}.</span>
              {flowId} · {triggerId}
            </Link>
            {isLate ? (
              <span className="font-semibold text-failed">{t("home.is-late")}</span>
            ) : (
              <span className="truncate text-muted max-narrow:hidden">{due && fullMoment(due, form)}</span>
            )}
          </li>
        ))}
      </ul>
    </Panel>
  );
}
