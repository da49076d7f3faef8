/** Numbers over time, counted by the server: the charts of dashboards, asked for without a dashboard. */

import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { client, of } from "./client";
import type { Page, State } from "./types";

/** What is counted: a range that ends now, or two moments; a namespace with all below it. */
export interface Scope {
  readonly range: { readonly last: string } | { readonly from: string; readonly to: string };
  readonly namespace?: string | undefined;
  readonly filters?: readonly Filter[];
}

/** A filter as charts have it: several values are a list, labels a map. */
export interface Filter {
  readonly field: string;
  readonly operation: string;
  readonly value: string | readonly string[] | Readonly<Record<string, string>>;
}

export function filtersOf({ range, namespace, filters = [] }: Scope): readonly Filter[] {
  const time: readonly Filter[] =
    "last" in range
      ? [{ field: "timeRange", operation: "EQUALS", value: range.last }]
      : [
          { field: "startDate", operation: "GREATER_THAN_OR_EQUAL_TO", value: range.from },
          { field: "endDate", operation: "LESS_THAN_OR_EQUAL_TO", value: range.to },
        ];
  const within: readonly Filter[] = namespace ? [{ field: "namespace", operation: "PREFIX", value: namespace }] : [];
  return [...time, ...within, ...filters];
}

const counted = <Row>(tenant: string, name: string, chart: string, scope: Scope) =>
  queryOptions({
    queryKey: [tenant, "executions", "statistics", name, scope],
    queryFn: ({ signal }) =>
      client.post<Page<Row>>(of(tenant, "dashboards", "charts", "preview"), {
        json: { chart, globalFilter: { filters: filtersOf(scope) } },
        signal,
      }),
    placeholderData: keepPreviousData,
    staleTime: 10_000,
  });

export interface StateCount {
  readonly date: string;
  readonly state: State;
  readonly total: number;
}

const OVER_TIME = `id: executions
type: io.kestra.plugin.core.dashboard.chart.TimeSeries
chartOptions: {column: date, colorByColumn: state}
data:
  type: io.kestra.plugin.core.dashboard.data.Executions
  columns:
    date: {field: START_DATE}
    state: {field: STATE}
    total: {agg: COUNT}
`;

export const executionsOverTime = (tenant: string, scope: Scope) =>
  counted<StateCount>(tenant, "executions", OVER_TIME, scope);

export interface FlowCount {
  readonly namespace: string;
  readonly flow: string;
  readonly total: number;
}

const FAILURES = `id: failures
type: io.kestra.plugin.core.dashboard.chart.Table
data:
  type: io.kestra.plugin.core.dashboard.data.Executions
  columns:
    namespace: {field: NAMESPACE}
    flow: {field: FLOW_ID}
    total: {agg: COUNT}
  where:
    - {field: STATE, type: IN, values: [FAILED]}
  orderBy:
    - {column: total, order: DESC}
`;

export const failuresByFlow = (tenant: string, scope: Scope) => counted<FlowCount>(tenant, "failures", FAILURES, scope);

export interface LevelCount {
  readonly date: string;
  readonly level: "WARN" | "ERROR";
  readonly total: number;
}

const LOG_ERRORS = `id: logs
type: io.kestra.plugin.core.dashboard.chart.TimeSeries
chartOptions: {column: date, colorByColumn: level}
data:
  type: io.kestra.plugin.core.dashboard.data.Logs
  columns:
    date: {field: DATE}
    level: {field: LEVEL}
    total: {agg: COUNT}
  where:
    - {field: LEVEL, type: IN, values: [WARN, ERROR]}
`;

export const logErrors = (tenant: string, scope: Scope) => counted<LevelCount>(tenant, "logs", LOG_ERRORS, scope);
