/** The list of flows. */

import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { topics } from "../../api/events/protocol";
import { flowList, latest } from "../../api/flows";
import type { Flow } from "../../api/types";
import { prefer, usePreferences } from "../../app/preferences";
import { FilterBar } from "../../features/filters/filterbar";
import { clausesOf } from "../../features/filters/grammar";
import { pageOf, queryOf, sortOf, withPage, withSort } from "../../features/filters/view";
import { useTopic } from "../../features/live/live";
import { t } from "../../i18n/text";
import { ButtonLink } from "../../kit/button";
import { ColumnChoice } from "../../kit/columnchoice";
import { EmptyState, Failure, PageHead, Skeleton } from "../../kit/page";
import { Pages } from "../../kit/pages";
import { Table } from "../../kit/table";
import { useFlowColumns } from "./columns";
import { FlowSelection } from "./selection";

const SORT = "id:asc";
const FIELDS = ["ns", "flow"] as const;

export function FlowsPage() {
  const { tenant } = useParams({ from: "/$tenant/flows" });
  const search = useSearch({ from: "/$tenant/flows" });
  const navigate = useNavigate({ from: "/$tenant/flows" });
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const { hidden } = usePreferences();
  const list = useQuery(flowList(tenant, queryOf(search, SORT)));
  const rows = list.data?.results ?? [];
  const last = useQuery(
    latest(
      tenant,
      rows.map(({ namespace, id }) => ({ namespace, id })),
    ),
  );
  useTopic(tenant, topics.executions, [tenant, "executions", "latest"]);
  const columns = useFlowColumns(tenant, last.data ?? []);
  const total = list.data?.total;
  const isFiltered = clausesOf(search).length > 0;
  return (
    <>
      <PageHead
        title={t("flows.title")}
        name={t("flows.title")}
        actions={
          <ButtonLink look="primary">
            <Link to="/$tenant/flows/new" params={{ tenant }}>
              {t("flows.new")}
            </Link>
          </ButtonLink>
        }
      />
      <FilterBar
        search={search}
        fields={FIELDS}
        found={total}
        onChange={(next) => void navigate({ search: next })}
        actions={
          <ColumnChoice
            columns={columns}
            hidden={hidden.flows ?? []}
            onChange={(flows) => prefer({ hidden: { ...hidden, flows } })}
          />
        }
      />
      <FlowSelection tenant={tenant} chosen={chosen} onChange={setChosen} />
      {list.isError && <Failure error={list.error} onRetry={() => void list.refetch()} />}
      {list.isPending && <Skeleton awaited={t("flows.title")} />}
      {rows.length > 0 && (
        <Table
          label={t("flows.title")}
          columns={columns}
          rows={rows}
          rowKey={keyOf}
          rowName={({ id }) => id}
          hidden={hidden.flows ?? []}
          sort={sortOf(search) ?? SORT}
          onSort={(sort) => void navigate({ search: withSort(search, sort) })}
          selection={{ chosen, onChange: setChosen }}
          isOld={list.isPlaceholderData}
          onOpen={({ namespace, id }) =>
            void navigate({
              to: "/$tenant/flows/edit/$namespace/$id/$tab",
              params: { tenant, namespace, id, tab: "overview" },
            })
          }
        />
      )}
      {total === 0 && <NoFlows tenant={tenant} isFiltered={isFiltered} />}
      <Pages
        {...pageOf(search)}
        total={total ?? 0}
        onPage={(page) => void navigate({ search: withPage(search, page) })}
      />
    </>
  );
}

export function keyOf({ namespace, id }: Pick<Flow, "namespace" | "id">): string {
  return `${namespace}/${id}`;
}

function NoFlows({ tenant, isFiltered }: { readonly tenant: string; readonly isFiltered: boolean }) {
  if (isFiltered) {
    return (
      <EmptyState
        title={t("flows.none-match")}
        actions={
          <ButtonLink>
            <Link to="/$tenant/flows" params={{ tenant }} search={{}}>
              {t("filter.clear")}
            </Link>
          </ButtonLink>
        }
      />
    );
  }
  return (
    <EmptyState
      title={t("flows.none")}
      actions={
        <ButtonLink look="primary">
          <Link to="/$tenant/welcome" params={{ tenant }}>
            {t("flows.from-example")}
          </Link>
        </ButtonLink>
      }
    >
      {t("flows.none-hint")}
    </EmptyState>
  );
}
