/** The home page: how it goes, what needs somebody, what runs and what comes next. All of a range, a namespace and labels. */

import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { topics } from "../../api/events/protocol";
import { namespaces } from "../../api/flows";
import { home } from "../../api/home";
import type { Search } from "../../features/filters/grammar";
import { between, rangeOf, withRange } from "../../features/filters/view";
import { STATISTICS_MS, useAskAgain, useTopic } from "../../features/live/live";
import { FailureBars } from "../../features/statistics/failures";
import { defaultForm } from "../../i18n/format";
import { t } from "../../i18n/text";
import { Combobox } from "../../kit/combobox";
import { DateRangePicker } from "../../kit/daterange";
import { Failure, PageHead, Skeleton } from "../../kit/page";
import { askedOf, homeQuery, withAsked } from "./asked";
import { Attention } from "./attention";
import { Figures } from "./figures";
import { InProgress, NextScheduled } from "./lists";
import { LogErrors } from "./logs";
import { OverTime } from "./overtime";
import { Panel } from "./panel";

const ROUTE = "/$tenant/dashboards";

export function HomePage() {
  const { tenant } = useParams({ from: ROUTE });
  const search = useSearch({ from: ROUTE });
  const navigate = useNavigate({ from: ROUTE });
  const known = useQuery(namespaces(tenant));
  const asked = askedOf(search);
  const { range, namespace, labels } = asked;
  const query = homeQuery(asked, Date.now());
  const found = useQuery({ ...home(tenant, query), refetchInterval: useAskAgain(true) });
  useTopic(tenant, topics.executions, [tenant, "executions", "statistics"], STATISTICS_MS);
  const change = (next: Search) => void navigate({ search: next });
  const { data } = found;
  return (
    <>
      <PageHead
        title={t("home.title")}
        name={t("home.title")}
        actions={
          <>
            <span className="w-56 max-narrow:w-full">
              <Combobox
                label={t("flows.namespace")}
                placeholder={t("home.all-namespaces")}
                values={namespace ? [namespace] : []}
                onChange={([chosen]) => change(withAsked(search, chosen, labels))}
                options={known.data ?? []}
                hasOwnValues
              />
            </span>
            <span className="w-56 max-narrow:w-full">
              <Combobox
                label={t("flows.labels")}
                placeholder={t("home.all-labels")}
                values={labels}
                onChange={(chosen) => change(withAsked(search, namespace, chosen))}
                options={[]}
                isMany
                hasOwnValues
              />
            </span>
            <DateRangePicker value={range} form={defaultForm()} onChange={(next) => change(withRange(search, next))} />
          </>
        }
      />
      <div className="flex flex-col gap-5 px-4 pb-8 max-narrow:px-3">
        {found.isError && <Failure error={found.error} onRetry={() => void found.refetch()} />}
        {found.isPending && <Skeleton awaited={t("home.title")} />}
        {data && (
          <>
            <Figures tenant={tenant} asked={asked} home={data} />
            <div className="grid grid-cols-[2fr_1fr] gap-5 max-narrow:grid-cols-1">
              <OverTime
                tenant={tenant}
                asked={asked}
                overTime={data.overTime}
                onNarrow={({ from, until }) => change(withRange(search, rangeOf(between(from, until))))}
              />
              <Attention tenant={tenant} asked={asked} attention={data.attention} />
            </div>
          </>
        )}
        <div className="grid grid-cols-2 gap-5 max-narrow:grid-cols-1">
          <InProgress tenant={tenant} asked={asked} />
          {data && <NextScheduled tenant={tenant} next={data.nextScheduled} late={data.attention.late} />}
          {data && (
            <Panel title={t("home.failures")}>
              <FailureBars
                tenant={tenant}
                rows={data.failuresByFlow.map(({ namespace, flowId, count }) => ({
                  namespace,
                  flow: flowId,
                  total: count,
                }))}
                range={between(Date.parse(data.from), Date.parse(data.until))}
              />
              {!data.failuresAreWhole && <p className="text-muted">{t("home.failures-part")}</p>}
            </Panel>
          )}
          {/* Lines of logs have no labels. */}
          {data && labels.length === 0 && (
            <LogErrors
              tenant={tenant}
              span={{ from: Date.parse(data.from), until: Date.parse(data.until) }}
              namespace={namespace}
            />
          )}
        </div>
      </div>
    </>
  );
}
