/** What needs somebody, each with a link to where it can be seen to. */

import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { AlarmClock } from "lucide-react";
import { executionList } from "../../api/executions";
import { latest } from "../../api/flows";
import { failuresByFlow } from "../../api/statistics";
import { triggerList } from "../../api/triggers";
import { useAskAgain } from "../../features/live/live";
import { Moment } from "../../features/live/moments";
import { t } from "../../i18n/text";
import { Failure } from "../../kit/page";
import { StateMark } from "../../kit/statemark";
import { type Matter, matters } from "./attention";
import { Panel, ROW } from "./lists";

interface Props {
  readonly tenant: string;
  readonly namespace: string | undefined;
}

const SHOWN = 8;

export function Attention({ tenant, namespace }: Props) {
  const now = Date.now();
  const askAgain = useAskAgain(true);
  const within = namespace ? ([["filters[namespace][PREFIX]", namespace]] as const) : [];
  // Only flows that failed in the last week can have failed last.
  const failures = useQuery(failuresByFlow(tenant, { range: { last: "P7D" }, namespace }));
  const last = useQuery(
    latest(
      tenant,
      (failures.data?.results ?? []).map((one) => ({ namespace: one.namespace, id: one.flow })),
    ),
  );
  const waiting = useQuery({
    ...executionList(tenant, [
      ["filters[state][IN]", "CREATED,QUEUED,PAUSED,BREAKPOINT"],
      ...within,
      ["sort", "state.startDate:asc"],
      ["size", "25"],
    ]),
    refetchInterval: askAgain,
  });
  const triggers = useQuery(
    triggerList(tenant, [
      ["filters[triggerState][EQUALS]", "ENABLED"],
      ...within,
      ["sort", "nextExecutionDate:asc"],
      ["size", "100"],
    ]),
  );
  const error = failures.error ?? last.error ?? waiting.error ?? triggers.error;
  const found = matters(last.data ?? [], waiting.data?.results ?? [], triggers.data?.results ?? [], now);
  return (
    <Panel title={t("home.attention")}>
      {error && <Failure error={error} />}
      {found.length === 0 && !error && waiting.data && <p className="text-muted">{t("home.quiet")}</p>}
      <ul>
        {found.slice(0, SHOWN).map((matter) => (
          <Row key={keyOf(matter)} tenant={tenant} matter={matter} />
        ))}
      </ul>
      {found.length > SHOWN && <p className="text-muted">{t("home.more", { count: found.length - SHOWN })}</p>}
    </Panel>
  );
}

function keyOf(matter: Matter): string {
  if (matter.kind === "failed") return `failed ${matter.run.id}`;
  if (matter.kind === "waits") return `waits ${matter.execution.id}`;
  const { namespace, flowId, triggerId } = matter.trigger.state;
  return `late ${namespace}/${flowId}/${triggerId}`;
}

function Row({ tenant, matter }: { readonly tenant: string; readonly matter: Matter }) {
  if (matter.kind === "late") {
    const { namespace, flowId, triggerId } = matter.trigger.state;
    return (
      <li className={ROW}>
        <AlarmClock size={16} aria-hidden className="shrink-0 text-warning" />
        <Link
          to="/$tenant/flows/edit/$namespace/$id/$tab"
          params={{ tenant, namespace, id: flowId, tab: "triggers" }}
          className="min-w-0 flex-1 truncate hover:underline"
        >
          {flowId} · {triggerId}
        </Link>
        <span className="text-muted">
          {t("home.late")} <Moment iso={matter.since} isRelative />
        </span>
      </li>
    );
  }
  const { id, namespace, flowId } = matter.kind === "failed" ? matter.run : matter.execution;
  const state = matter.kind === "failed" ? matter.run.status : matter.execution.state.current;
  const since = matter.kind === "failed" ? matter.run.startDate : matter.since;
  return (
    <li className={ROW}>
      <StateMark state={state} isIconOnly />
      <Link
        to="/$tenant/executions/$namespace/$flowId/$id/$tab"
        params={{ tenant, namespace, flowId, id, tab: "overview" }}
        className="min-w-0 flex-1 truncate hover:underline"
      >
        {flowId}
      </Link>
      <span className="whitespace-nowrap text-muted">
        {t(matter.kind === "failed" ? "home.failed-last" : "home.waits")} <Moment iso={since} isRelative />
      </span>
    </li>
  );
}
