/** One action on very many executions: the server says before what it will do, and afterwards what became of each. */

import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { client, of } from "./client";
import type { Json, State } from "./types";

export type BulkAction =
  | "restart"
  | "replay"
  | "resume"
  | "pause"
  | "kill"
  | "force-run"
  | "unqueue"
  | "delete"
  | "change-status"
  | "labels";

/** What an action needs to know beside its executions, as docs/api.md has it for each. */
export type BulkOptions = Readonly<Record<string, Json>>;

/** One action on many executions. */
export interface Order {
  readonly action: BulkAction;
  readonly chosen: Chosen;
  readonly options: BulkOptions;
}

/** Those that were selected, or all that a query finds. */
export type Chosen = { readonly ids: readonly string[] } | { readonly filter: string };

export interface Preview {
  readonly total: number;
  readonly isExact: boolean;
  readonly willBeDone: number;
  readonly willBeSkipped: number;
  readonly states: readonly {
    readonly state: State;
    readonly count: number;
    readonly fits: boolean;
    readonly reason: string | null;
  }[];
}

export interface BulkJob {
  readonly id: string;
  readonly state: "RUNNING" | "PAUSED" | "CANCELLED" | "DONE" | "FAILED" | "INTERRUPTED";
  readonly total: number;
  readonly taken: number;
  readonly counts: {
    readonly done: number;
    readonly skipped: number;
    readonly failed: number;
    readonly unknown: number;
  };
  readonly words?: string | null;
}

export type Outcome = "DONE" | "SKIPPED" | "FAILED" | "UNKNOWN";

export interface Report {
  readonly rows: readonly {
    readonly executionId: string;
    /** Empty of what was not found. */
    readonly namespace: string;
    readonly flowId: string;
    readonly state: State | "";
    readonly outcome: Outcome;
    readonly reason: string;
  }[];
  readonly next: number | null;
}

function body({ action, chosen, options }: Order): object {
  return { action, ...chosen, options };
}

export const preview = (tenant: string, order: Order) =>
  queryOptions({
    queryKey: [tenant, "bulk-preview", order],
    queryFn: ({ signal }) => client.post<Preview>(of(tenant, "bulk-jobs", "preview"), { json: body(order), signal }),
    placeholderData: keepPreviousData,
    retry: false,
    gcTime: 0,
  });

export const startBulk = (tenant: string, order: Order) =>
  client.post<BulkJob>(of(tenant, "bulk-jobs"), { json: body(order) });

export const bulkJob = (tenant: string, id: string) =>
  queryOptions({
    queryKey: [tenant, "bulk-jobs", id],
    queryFn: ({ signal }) => client.get<BulkJob>(of(tenant, "bulk-jobs", id), { signal }),
  });

/** What became of each, those with one of these outcomes. */
export const bulkReport = (tenant: string, id: string, outcomes: readonly Outcome[]) =>
  infiniteQueryOptions({
    queryKey: [tenant, "bulk-jobs", id, "report", outcomes],
    queryFn: ({ pageParam, signal }) =>
      client.get<Report>(of(tenant, "bulk-jobs", id, "report"), {
        query: [
          ["outcome", outcomes.join(",")],
          ["from", String(pageParam)],
        ],
        signal,
      }),
    initialPageParam: 0,
    getNextPageParam: ({ next }) => next,
  });

export const steerBulk = (tenant: string, id: string, wish: "pause" | "resume" | "cancel") =>
  client.post<BulkJob>(of(tenant, "bulk-jobs", id, wish));
