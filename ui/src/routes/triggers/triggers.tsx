/** All triggers of all flows. */

import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { topics } from "../../api/events/protocol";
import { triggerKeys, triggerList } from "../../api/triggers";
import { FilterBar } from "../../features/filters/filterbar";
import { clausesOf } from "../../features/filters/grammar";
import { pageOf, queryOf, sortOf, withFilters, withPage, withSort } from "../../features/filters/view";
import { useAskAgain, useTopic } from "../../features/live/live";
import { TriggerTable } from "../../features/triggers/table";
import { t } from "../../i18n/text";
import { Button } from "../../kit/button";
import { EmptyState, Failure, PageHead, Skeleton } from "../../kit/page";
import { Pages } from "../../kit/pages";

const SORT = "nextExecutionDate:asc";
const FIELDS = ["ns", "flow"] as const;
const ROUTE = "/$tenant/admin/triggers";

export function TriggersPage() {
  const { tenant } = useParams({ from: ROUTE });
  const search = useSearch({ from: ROUTE });
  const navigate = useNavigate({ from: ROUTE });
  const list = useQuery({ ...triggerList(tenant, queryOf(search, SORT)), refetchInterval: useAskAgain(true) });
  useTopic(tenant, topics.triggers, triggerKeys.all(tenant));
  useTopic(tenant, topics.executions, triggerKeys.all(tenant));
  const { results = [], total } = list.data ?? {};
  const isFiltered = clausesOf(search).length > 0;
  return (
    <>
      <PageHead title={t("trigger.title")} name={t("trigger.title")} />
      <FilterBar search={search} fields={FIELDS} found={total} onChange={(next) => void navigate({ search: next })} />
      {list.isError && <Failure error={list.error} onRetry={() => void list.refetch()} />}
      {list.isPending && <Skeleton awaited={t("trigger.title")} />}
      {results.length > 0 && (
        <TriggerTable
          tenant={tenant}
          rows={results}
          sort={sortOf(search) ?? SORT}
          onSort={(sort) => void navigate({ search: withSort(search, sort) })}
          isOld={list.isPlaceholderData}
        />
      )}
      {total === 0 && (
        <EmptyState
          title={t(isFiltered ? "trigger.none-match" : "flow.no-triggers")}
          actions={
            isFiltered && (
              <Button onClick={() => void navigate({ search: withFilters(search, []) })}>{t("filter.clear")}</Button>
            )
          }
        >
          {!isFiltered && t("flow.no-triggers-hint")}
        </EmptyState>
      )}
      <Pages
        {...pageOf(search)}
        total={total ?? 0}
        onPage={(page) => void navigate({ search: withPage(search, page) })}
      />
    </>
  );
}
