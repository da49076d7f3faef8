/** The home page: how it goes, what needs somebody, what runs and what comes next. All of a range and a namespace. */

import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useEffect, useMemo, useState } from "react";
import { topics } from "../../api/events/protocol";
import { executionKeys } from "../../api/executions";
import { namespaces } from "../../api/flows";
import type { Search } from "../../features/filters/grammar";
import { filtersOf, rangeOf, withFilters, withRange } from "../../features/filters/view";
import { useTopic } from "../../features/live/live";
import { FailuresByFlow } from "../../features/statistics/failures";
import { spanOf } from "../../features/statistics/figures";
import { ExecutionsOverTime } from "../../features/statistics/overtime";
import { scopeOf } from "../../features/statistics/scope";
import { defaultForm } from "../../i18n/format";
import { t } from "../../i18n/text";
import { Combobox } from "../../kit/combobox";
import { DateRangePicker } from "../../kit/daterange";
import { PageHead } from "../../kit/page";
import { Figures } from "./figures";
import { InProgress, NextScheduled, Panel } from "./lists";
import { LogErrors } from "./logs";
import { Attention } from "./needs";

const ROUTE = "/$tenant/dashboards";
const USUAL = { kind: "last", duration: "PT24H" } as const;
/** Bars of a range that moves are drawn anew this often. */
const MOVES_MS = 10_000;

function useSlowNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => document.visibilityState === "visible" && setNow(Date.now()), MOVES_MS);
    return () => clearInterval(timer);
  }, []);
  return now;
}

export function HomePage() {
  const { tenant } = useParams({ from: ROUTE });
  const search = useSearch({ from: ROUTE });
  const navigate = useNavigate({ from: ROUTE });
  const known = useQuery(namespaces(tenant));
  const asked = rangeOf(search);
  const range = asked.kind === "always" ? USUAL : asked;
  const namespace = filtersOf(search).find(({ field }) => field === "namespace")?.value;
  const now = useSlowNow();
  const rangeKey = JSON.stringify(range);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a range with the same words is the same range.
  const span = useMemo(() => spanOf(range, now), [rangeKey, now]);
  const last = range.kind === "last" ? range.duration : null;
  useTopic(tenant, topics.executions, executionKeys.all(tenant));
  const change = (next: Search) => void navigate({ search: next });
  const choose = (chosen: string | undefined) =>
    change(withFilters(search, chosen ? [{ field: "namespace", operation: "PREFIX", value: chosen }] : []));
  const inRange = last
    ? { "filters[timeRange][EQUALS]": last }
    : Object.fromEntries(
        Object.entries(search).filter(([name]) => name.includes("[startDate]") || name.includes("[endDate]")),
      );
  return (
    <>
      <PageHead
        title={t("home.title")}
        name={t("home.title")}
        actions={
          <>
            <span className="w-60">
              <Combobox
                label={t("flows.namespace")}
                placeholder={t("home.all-namespaces")}
                values={namespace ? [namespace] : []}
                onChange={([chosen]) => choose(chosen)}
                options={known.data ?? []}
                hasOwnValues
              />
            </span>
            <DateRangePicker value={range} form={defaultForm()} onChange={(next) => change(withRange(search, next))} />
          </>
        }
      />
      <div className="flex flex-col gap-5 px-4 pb-8 max-narrow:px-3">
        <Figures tenant={tenant} span={span} last={last} namespace={namespace} inRange={inRange} />
        <div className="grid grid-cols-[2fr_1fr] gap-5 max-narrow:grid-cols-1">
          <ExecutionsOverTime
            tenant={tenant}
            span={span}
            last={last}
            namespace={namespace}
            onNarrow={({ from, until }) =>
              change(
                withRange(search, {
                  kind: "between",
                  from: new Date(from).toISOString(),
                  to: new Date(until).toISOString(),
                }),
              )
            }
          />
          <Attention tenant={tenant} namespace={namespace} />
        </div>
        <div className="grid grid-cols-2 gap-5 max-narrow:grid-cols-1">
          <InProgress tenant={tenant} namespace={namespace} />
          <NextScheduled tenant={tenant} namespace={namespace} />
          <Panel title={t("home.failures")}>
            <FailuresByFlow tenant={tenant} scope={scopeOf(last, span, namespace)} range={inRange} />
          </Panel>
          <LogErrors tenant={tenant} span={span} last={last} namespace={namespace} />
        </div>
      </div>
    </>
  );
}
