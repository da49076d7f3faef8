/** The five figures on top, each with the period before and a link to what it counts. */

import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { executionList } from "../../api/executions";
import { executionsOverTime } from "../../api/statistics";
import type { State } from "../../api/types";
import { useAskAgain } from "../../features/live/live";
import { before, figures, MEMBERS, type Span } from "../../features/statistics/figures";
import { Kpi } from "../../features/statistics/kpi";
import { scopeOf } from "../../features/statistics/scope";
import { count, defaultForm, duration } from "../../i18n/format";
import { t } from "../../i18n/text";
import { Failure } from "../../kit/page";
import { change, percent } from "./change";

interface Props {
  readonly tenant: string;
  readonly span: Span;
  readonly last: string | null;
  readonly namespace: string | undefined;
  readonly inRange: Readonly<Record<string, string | readonly string[]>>;
}

const WAITING: readonly State[] = [...MEMBERS.waiting, ...MEMBERS.paused];

/** How many are in these states now. */
function useOpen(tenant: string, states: readonly State[], namespace: string | undefined): number | undefined {
  const askAgain = useAskAgain(true);
  const list = useQuery({
    ...executionList(tenant, [
      ["filters[state][IN]", states.join(",")],
      ...(namespace ? ([["filters[namespace][PREFIX]", namespace]] as const) : []),
      ["size", "1"],
    ]),
    refetchInterval: askAgain,
  });
  return list.data?.total;
}

/** The period before, on round moments so that the question stays the same for a while. */
const ROUND_MS = 60_000;

export function Figures({ tenant, span, last, namespace, inRange }: Props) {
  const form = defaultForm();
  const now = useQuery(executionsOverTime(tenant, scopeOf(last, span, namespace)));
  const earlier = before(span);
  const rounded = {
    from: Math.floor(earlier.from / ROUND_MS) * ROUND_MS,
    until: Math.floor(earlier.until / ROUND_MS) * ROUND_MS,
  };
  const then = useQuery(executionsOverTime(tenant, scopeOf(null, rounded, namespace)));
  const running = useOpen(tenant, ["RUNNING"], namespace);
  const waiting = useOpen(tenant, WAITING, namespace);
  if (now.isError) return <Failure error={now.error} onRetry={() => void now.refetch()} />;
  const present = figures(now.data?.results ?? []);
  const past = figures(then.data?.results ?? []);
  const within = namespace ? { "filters[namespace][PREFIX]": namespace } : {};
  const list = (search: Readonly<Record<string, string | readonly string[]>>, children: ReactNode) => (
    <Link
      to="/$tenant/executions"
      params={{ tenant }}
      search={{ ...within, ...search }}
      className="underline-offset-4 hover:underline"
    >
      {children}
    </Link>
  );
  const note = (text: string | null) => text !== null && t("home.than-before", { change: text });
  return (
    <div className="grid grid-cols-5 gap-3 max-narrow:grid-cols-2">
      <Kpi
        label={t("home.success")}
        note={note(change(present.success, past.success, (part) => percent(part, form.language)))}
      >
        {list(inRange, present.success === null ? "–" : percent(present.success, form.language))}
      </Kpi>
      <Kpi
        label={t("home.failed")}
        note={note(past.total === 0 ? null : change(present.failed, past.failed, (some) => count(some, form)))}
      >
        {list({ ...inRange, "filters[state][IN]": "FAILED" }, count(present.failed, form))}
      </Kpi>
      <Kpi label={t("home.running")}>
        {list({ "filters[state][IN]": "RUNNING" }, running === undefined ? "–" : count(running, form))}
      </Kpi>
      <Kpi label={t("home.waiting")}>
        {list({ "filters[state][IN]": WAITING.join(",") }, waiting === undefined ? "–" : count(waiting, form))}
      </Kpi>
      <Kpi label={t("home.mean")} note={note(change(present.mean, past.mean, duration))}>
        {list(inRange, present.mean === null ? "–" : duration(present.mean))}
      </Kpi>
    </div>
  );
}
