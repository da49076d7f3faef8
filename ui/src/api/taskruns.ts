/** The task runs of an execution, of which there may be very many: windows on their tree, their number, and one of them. */

import { queryOptions } from "@tanstack/react-query";
import { client, of, type QueryPairs } from "./client";
import { executionKeys } from "./executions";
import type { Json, LogEntry, Page, State, TaskRun } from "./types";

/** A stretch in which somebody worked on a task run; without an end while it goes on. */
export interface Span {
  readonly state: State;
  readonly from: string;
  readonly until: string | null;
}

export interface TreeRow {
  readonly id: string;
  readonly parentId: string | null;
  readonly depth: number;
  readonly taskId: string;
  readonly value: string | null;
  readonly iteration: number | null;
  readonly state: State;
  readonly start: string;
  readonly end: string | null;
  readonly spans: readonly Span[];
  readonly attempts: number;
  readonly children: number;
  readonly isOpen: boolean;
  /** Without it all would have been over earlier. */
  readonly isCritical: boolean;
  readonly isLoop?: boolean;
  readonly counts?: Counts;
  /** How many children were open at some moment of each part of its time. */
  readonly activity?: readonly number[];
  readonly cause?: { readonly code: string; readonly words: string; readonly since: string } | null;
}

export type Counts = Readonly<Partial<Record<State, number>>>;

export interface TreeWindow {
  readonly rows: readonly TreeRow[];
  readonly from: number;
  readonly total: number;
  readonly extent: { readonly begin: string | null; readonly end: string | null };
}

export interface Progress {
  readonly counts: Counts;
  readonly tasks: readonly { readonly taskId: string; readonly counts: Counts; readonly last: State }[];
}

/** Rows of one window. */
export const WINDOW = 100;

/** Groups of so many task runs are open: all of them. */
export const EVERYTHING = "1000000000";

/** As many as one answer may have. */
const WINDOW_MAX = 1_000;

/** They change with their execution, and are read with more care: each answer is made from all of them. */
export const runKeys = (tenant: string, id: string) => [...executionKeys.all(tenant), "runs", id] as const;

function tree(tenant: string, id: string, query: QueryPairs, from: number, count: number) {
  return queryOptions({
    queryKey: [...runKeys(tenant, id), "tree", query, from, count],
    queryFn: ({ signal }) =>
      client.get<TreeWindow>(of(tenant, "executions", id, "tree"), {
        query: [...query, ["from", String(from)], ["count", String(count)]],
        signal,
      }),
  });
}

export const treeWindow = (tenant: string, id: string, query: QueryPairs, window: number) =>
  tree(tenant, id, query, window * WINDOW, WINDOW);

/** The first task runs that a query finds, as many as there can be at once. */
export const firstRuns = (tenant: string, id: string, query: QueryPairs, count = WINDOW_MAX) =>
  tree(tenant, id, query, 0, count);

/** How many task runs are in which state. */
export const progress = (tenant: string, id: string) =>
  queryOptions({
    queryKey: [...runKeys(tenant, id), "progress"],
    queryFn: ({ signal }) => client.get<Progress>(of(tenant, "executions", id, "progress"), { signal }),
  });

/** The same for each task. */
export const progressOfTasks = (tenant: string, id: string) =>
  queryOptions({
    queryKey: [...runKeys(tenant, id), "progress", "tasks"],
    queryFn: ({ signal }) =>
      client.get<Progress>(of(tenant, "executions", id, "progress"), { query: [["tasks", "true"]], signal }),
  });

export const taskRun = (tenant: string, id: string, run: string) =>
  queryOptions({
    queryKey: [...runKeys(tenant, id), "one", run],
    queryFn: ({ signal }) =>
      client.get<TaskRun & { readonly failure: string | null }>(of(tenant, "executions", id, "taskruns", run), {
        signal,
      }),
  });

/** The first lines that a task run wrote into the log. */
export const firstLines = (tenant: string, id: string, run: string, count: number) =>
  queryOptions({
    queryKey: [...runKeys(tenant, id), "lines", run, count],
    queryFn: ({ signal }) =>
      client.get<{ readonly rows: readonly LogEntry[]; readonly total: number }>(of(tenant, "logs", id, "window"), {
        query: [
          ["taskRunId", run],
          ["minLevel", "TRACE"],
          ["from", "0"],
          ["count", String(count)],
        ],
        signal,
      }),
  });

export interface Metric {
  readonly name: string;
  readonly type: string;
  readonly value: number;
  readonly timestamp: string;
  readonly tags?: Json;
}

export const metricsOfRun = (tenant: string, id: string, run: string) =>
  queryOptions({
    queryKey: [...runKeys(tenant, id), "metrics", run],
    queryFn: ({ signal }) =>
      client.get<Page<Metric>>(of(tenant, "metrics", id), { query: [["taskRunId", run]], signal }),
  });
