/** Executions as a list that stays as they are on the server: of all flows, or of one. */

import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import type { QueryPairs } from "../../api/client";
import { topics } from "../../api/events/protocol";
import { executionKeys, executionList } from "../../api/executions";
import type { FlowName } from "../../api/flows";
import { prefer, usePreferences } from "../../app/preferences";
import { t } from "../../i18n/text";
import { Button } from "../../kit/button";
import { ColumnChoice } from "../../kit/columnchoice";
import { EmptyState, Failure, Skeleton } from "../../kit/page";
import { Pages } from "../../kit/pages";
import { Table } from "../../kit/table";
import { FilterBar } from "../filters/filterbar";
import { type Clause, clausesOf, pairsOf, type Search } from "../filters/grammar";
import { pageOf, queryOf, sortOf, withFilters, withPage, withRange, withSort } from "../filters/view";
import { useAskAgain, useTopic } from "../live/live";
import { executionColumns } from "./columns";
import { ExecutionSelection } from "./selection";

const SORT = "state.startDate:desc";
const FIELDS = ["state", "ns", "flow", "scope", "parent", "child"] as const;
const FIELDS_OF_FLOW = ["state", "scope", "parent", "child"] as const;

interface Props {
  readonly tenant: string;
  readonly search: Search;
  readonly onSearch: (search: Search) => void;
  /** Only those of this flow. */
  readonly flow?: FlowName;
  /** Only those of this namespace and those below. */
  readonly namespace?: string;
}

function within(flow: FlowName | undefined, namespace: string | undefined): readonly Clause[] {
  if (!flow) return namespace ? [{ field: "namespace", operation: "PREFIX", value: namespace }] : [];
  return [
    { field: "namespace", operation: "EQUALS", value: flow.namespace },
    { field: "flowId", operation: "EQUALS", value: flow.id },
  ];
}

/** A query as it stands in an address. */
function printQuery(pairs: QueryPairs): string {
  return new URLSearchParams(pairs.map(([name, value]) => [name, value])).toString();
}

export function ExecutionList({ tenant, search, onSearch, flow, namespace }: Props) {
  const navigate = useNavigate();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const { hidden } = usePreferences();
  const options = executionList(tenant, queryOf(search, SORT, within(flow, namespace)));
  const askAgain = useAskAgain(true);
  const list = useQuery({ ...options, refetchInterval: askAgain });
  useTopic(tenant, topics.executions, executionKeys.lists(tenant));
  const rows = list.data?.results ?? [];
  const columns = executionColumns(tenant, flow !== undefined);
  const total = list.data?.total;
  return (
    <>
      <FilterBar
        search={search}
        onChange={onSearch}
        fields={flow ? FIELDS_OF_FLOW : FIELDS}
        hasRange
        found={total}
        actions={
          <ColumnChoice
            columns={columns}
            hidden={hidden.executions ?? []}
            onChange={(executions) => prefer({ hidden: { ...hidden, executions } })}
          />
        }
      />
      <ExecutionSelection
        tenant={tenant}
        chosen={chosen}
        onChange={setChosen}
        total={total ?? 0}
        filter={printQuery(pairsOf([...within(flow, namespace), ...clausesOf(search)]))}
      />
      {list.isError && <Failure error={list.error} onRetry={() => void list.refetch()} />}
      {list.isPending && <Skeleton awaited={t("executions.title")} />}
      {rows.length > 0 && (
        <Table
          label={t("executions.title")}
          columns={columns}
          rows={rows}
          rowKey={({ id }) => id}
          rowName={({ id, flowId }) => `${flowId} ${id}`}
          hidden={hidden.executions ?? []}
          sort={sortOf(search) ?? SORT}
          onSort={(sort) => onSearch(withSort(search, sort))}
          selection={{ chosen, onChange: setChosen }}
          isOld={list.isPlaceholderData}
          onOpen={({ namespace, flowId, id }) =>
            void navigate({
              to: "/$tenant/executions/$namespace/$flowId/$id/$tab",
              params: { tenant, namespace, flowId, id, tab: "overview" },
            })
          }
        />
      )}
      {total === 0 && <None search={search} onSearch={onSearch} />}
      <Pages {...pageOf(search)} total={total ?? 0} onPage={(page) => onSearch(withPage(search, page))} />
    </>
  );
}

function None({ search, onSearch }: Pick<Props, "search" | "onSearch">) {
  if (clausesOf(search).length === 0)
    return <EmptyState title={t("executions.none")}>{t("executions.none-hint")}</EmptyState>;
  return (
    <EmptyState
      title={t("executions.none-match")}
      actions={
        <>
          <Button onClick={() => onSearch(withRange(withFilters(search, []), { kind: "always" }))}>
            {t("filter.clear")}
          </Button>
          <Button onClick={() => onSearch(withRange(search, { kind: "last", duration: "P7D" }))}>
            {t("filter.widen")}
          </Button>
        </>
      }
    />
  );
}
