/** One action on very many executions: the server says before what it will do, and afterwards what became of each. */

import { queryOptions } from "@tanstack/react-query";
import { client, of } from "./client";
import type { State } from "./types";

export type BulkAction = "restart" | "replay" | "resume" | "pause" | "kill" | "force-run" | "unqueue" | "delete";

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

export interface Report {
  readonly rows: readonly {
    readonly executionId: string;
    readonly flowId: string | null;
    readonly state: State | null;
    readonly outcome: string;
    readonly reason: string | null;
  }[];
  readonly next: number | null;
}

/** Deleting takes what belongs to it along; executions that still run are skipped. */
function body(action: BulkAction, chosen: Chosen): object {
  return { action, ...chosen, options: action === "delete" ? { deleteLogs: true, deleteStorage: true } : {} };
}

export const preview = (tenant: string, action: BulkAction, chosen: Chosen) =>
  queryOptions({
    queryKey: [tenant, "bulk-preview", action, chosen],
    queryFn: ({ signal }) =>
      client.post<Preview>(of(tenant, "bulk-jobs", "preview"), { json: body(action, chosen), signal }),
    retry: false,
    gcTime: 0,
  });

export const startBulk = (tenant: string, action: BulkAction, chosen: Chosen) =>
  client.post<BulkJob>(of(tenant, "bulk-jobs"), { json: body(action, chosen) });

export const bulkJob = (tenant: string, id: string) =>
  queryOptions({
    queryKey: [tenant, "bulk-jobs", id],
    queryFn: ({ signal }) => client.get<BulkJob>(of(tenant, "bulk-jobs", id), { signal }),
  });

/** What was not done, and why. */
export const bulkReport = (tenant: string, id: string) =>
  queryOptions({
    queryKey: [tenant, "bulk-jobs", id, "report"],
    queryFn: ({ signal }) =>
      client.get<Report>(of(tenant, "bulk-jobs", id, "report"), {
        query: [["outcome", "FAILED,SKIPPED,UNKNOWN"]],
        signal,
      }),
  });

export const steerBulk = (tenant: string, id: string, wish: "pause" | "resume" | "cancel") =>
  client.post<BulkJob>(of(tenant, "bulk-jobs", id, wish));
