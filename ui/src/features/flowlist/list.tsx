/** Flows as a list with filters, order, pages and what can be done to several: of all namespaces, or of one. */

import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { topics } from "../../api/events/protocol";
import { flowList } from "../../api/flows";
import { type FlowFigures, flowFigures } from "../../api/home";
import type { Flow } from "../../api/types";
import { t } from "../../i18n/text";
import { Button, ButtonLink } from "../../kit/button";
import { ColumnChoice } from "../../kit/columnchoice";
import { EmptyState, Failure, Skeleton } from "../../kit/page";
import { Pages } from "../../kit/pages";
import { Table } from "../../kit/table";
import { useColumns } from "../filters/columns";
import { FilterBar } from "../filters/filterbar";
import { type Clause, clausesOf, type Search } from "../filters/grammar";
import { type OnSearch, pageOf, queryOf, sortOf, withFilters, withPage, withSort } from "../filters/view";
import { ViewsMenu } from "../filters/viewsmenu";
import { useTopic } from "../live/live";
import { useFlowColumns } from "./columns";
import { FlowSelection } from "./selection";

const SORT = "id:asc";
const FIELDS = ["ns", "flow"] as const;
const NONE: readonly FlowFigures[] = [];

interface Props {
  readonly tenant: string;
  readonly search: Search;
  readonly onSearch: OnSearch;
  /** Only those of this namespace and those below. */
  readonly namespace?: string;
  readonly actions?: ReactNode;
}

export function FlowList({ tenant, search, onSearch: go, namespace, actions }: Props) {
  const navigate = useNavigate();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const fixed: readonly Clause[] = namespace ? [{ field: "namespace", operation: "PREFIX", value: namespace }] : [];
  const list = useQuery(flowList(tenant, queryOf(search, SORT, fixed)));
  const rows = list.data?.results ?? [];
  const figures = useQuery(
    flowFigures(
      tenant,
      rows.map(({ namespace, id }) => ({ namespace, id })),
    ),
  );
  useTopic(tenant, topics.executions, [tenant, "executions", "statistics", "flows"]);
  const columns = useFlowColumns(tenant, figures.data ?? NONE);
  const { hidden, choose, onSearch } = useColumns("flows", columns, search, go);
  const total = list.data?.total;
  return (
    <>
      <FilterBar
        search={search}
        fields={FIELDS}
        found={total}
        onChange={onSearch}
        actions={
          <>
            {actions}
            {!namespace && <ViewsMenu tenant={tenant} page="flows" search={search} onSearch={onSearch} />}
            <ColumnChoice columns={columns} hidden={hidden} onChange={choose} />
          </>
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
          hidden={hidden}
          sort={sortOf(search) ?? SORT}
          onSort={(sort) => onSearch(withSort(search, sort))}
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
      {total === 0 && <NoFlows tenant={tenant} search={search} onSearch={onSearch} />}
      <Pages {...pageOf(search)} total={total ?? 0} onPage={(page) => onSearch(withPage(search, page))} />
    </>
  );
}

export function keyOf({ namespace, id }: Pick<Flow, "namespace" | "id">): string {
  return `${namespace}/${id}`;
}

function NoFlows({ tenant, search, onSearch }: Pick<Props, "tenant" | "search" | "onSearch">) {
  if (clausesOf(search).length > 0) {
    return (
      <EmptyState
        title={t("flows.none-match")}
        actions={<Button onClick={() => onSearch(withFilters(search, []))}>{t("filter.clear")}</Button>}
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
