/** Executions as a list that stays as they are on the server: of all flows, or of one. */

import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import type { QueryPairs } from "../../api/client";
import { topics } from "../../api/events/protocol";
import { executionKeys, executionList } from "../../api/executions";
import type { FlowName } from "../../api/flows";
import { type Execution, isEnded } from "../../api/types";
import { t } from "../../i18n/text";
import { Button } from "../../kit/button";
import { ColumnChoice } from "../../kit/columnchoice";
import { EmptyState, Failure, Skeleton } from "../../kit/page";
import { Pages } from "../../kit/pages";
import { Table } from "../../kit/table";
import { useColumns } from "../filters/columns";
import { FilterBar } from "../filters/filterbar";
import { type Clause, clausesOf, pairsOf, type Search } from "../filters/grammar";
import { type OnSearch, pageOf, queryOf, sortOf, withFilters, withPage, withRange, withSort } from "../filters/view";
import { useAskAgain, useCatchUp, useTopic } from "../live/live";
import { useUsual } from "../statistics/usual";
import { ChartOfList } from "./charted";
import { executionColumns } from "./columns";
import { useHeld, useIsAtTop } from "./held";
import { PeekPanel } from "./peek";
import { ExecutionSelection } from "./selection";
import { ExecutionViews } from "./views";

const SORT = "state.startDate:desc";
const FIELDS = ["state", "ns", "flow", "waiting", "scope", "parent", "child"] as const;
const FIELDS_OF_FLOW = ["state", "waiting", "scope", "parent", "child"] as const;
/** Columns that what is beside the list says better. */
const BESIDE = ["trigger", "now", "labels"];
const NONE: readonly Execution[] = [];

interface Props {
  readonly tenant: string;
  readonly search: Search;
  readonly onSearch: OnSearch;
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

const keyOf = ({ id }: Execution) => id;

export function ExecutionList({ tenant, search, onSearch: go, flow, namespace }: Props) {
  const navigate = useNavigate();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [peeked, setPeeked] = useState<string | null>(null);
  const isAtTop = useIsAtTop();
  const fixed = within(flow, namespace);
  const query = queryOf(search, SORT, fixed);
  const list = useQuery({ ...executionList(tenant, query), refetchInterval: useAskAgain(true) });
  useTopic(tenant, topics.executions, executionKeys.lists(tenant));
  useCatchUp(executionKeys.lists(tenant), list.data?.results.some(({ state }) => !isEnded(state.current)) ?? false);
  const isStill = !isAtTop || chosen.size > 0 || peeked !== null;
  const { rows, news, gone, showNews } = useHeld(
    list.data?.results ?? NONE,
    list.isPlaceholderData ? "" : printQuery(query),
    isStill,
    keyOf,
  );
  const usual = useUsual(tenant, rows);
  const columns = executionColumns(tenant, flow !== undefined, usual);
  const { hidden, choose, onSearch } = useColumns("executions", columns, search, go);
  const beside = rows.find(({ id }) => id === peeked);
  const total = list.data?.total;
  return (
    <div className="flex min-h-0 flex-1">
      <div className="flex min-w-0 flex-1 flex-col">
        <FilterBar
          search={search}
          onChange={onSearch}
          fields={flow ? FIELDS_OF_FLOW : FIELDS}
          hasRange
          found={total}
          actions={
            <>
              {!flow && !namespace && <ExecutionViews tenant={tenant} search={search} onSearch={onSearch} />}
              <ColumnChoice columns={columns} hidden={hidden} onChange={choose} />
            </>
          }
        />
        <ChartOfList tenant={tenant} search={search} onSearch={onSearch} fixed={fixed} />
        <ExecutionSelection
          tenant={tenant}
          chosen={chosen}
          onChange={setChosen}
          total={total ?? 0}
          filter={printQuery(pairsOf([...fixed, ...clausesOf(search)]))}
        />
        {list.isError && <Failure error={list.error} onRetry={() => void list.refetch()} />}
        {list.isPending && <Skeleton awaited={t("executions.title")} />}
        {news > 0 && (
          // Over the first row, below the head of the table, and it takes no room: nothing jumps when it comes.
          <div role="status" className="sticky top-20 z-11 flex h-0 justify-center">
            <Button
              className="mt-9 shadow-over"
              onClick={() => {
                showNews();
                scrollTo({ top: 0 });
              }}
            >
              {t("executions.new", { count: news })}
            </Button>
          </div>
        )}
        {rows.length > 0 && (
          <Table
            label={t("executions.title")}
            columns={columns}
            rows={rows}
            rowKey={keyOf}
            rowName={({ id, flowId }) => `${flowId} ${id}`}
            hidden={beside ? [...hidden, ...BESIDE] : hidden}
            sort={sortOf(search) ?? SORT}
            onSort={(sort) => onSearch(withSort(search, sort))}
            selection={{ chosen, onChange: setChosen }}
            isOld={list.isPlaceholderData}
            isGone={({ id }) => gone.has(id)}
            peek={{ shown: peeked, onChange: (row) => setPeeked(row?.id ?? null) }}
            onOpen={({ namespace, flowId, id }) =>
              void navigate({
                to: "/$tenant/executions/$namespace/$flowId/$id/$tab",
                params: { tenant, namespace, flowId, id, tab: "overview" },
              })
            }
          />
        )}
        {total === 0 && rows.length === 0 && <None search={search} onSearch={onSearch} />}
        <Pages {...pageOf(search)} total={total ?? 0} onPage={(page) => onSearch(withPage(search, page))} />
      </div>
      {beside && <PeekPanel tenant={tenant} execution={beside} usual={usual(beside)} onClose={() => setPeeked(null)} />}
    </div>
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
