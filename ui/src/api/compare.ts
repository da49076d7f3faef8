/** What differs between executions. */

import { queryOptions } from "@tanstack/react-query";
import { client, of } from "./client";
import { Problem } from "./errors";
import { executionKeys } from "./executions";
import type { Json, LogEntry, State } from "./types";

/** One of the two. */
export interface Side {
  readonly executionId: string;
  readonly namespace: string;
  readonly flowId: string;
  readonly revision: number;
  readonly state: State;
  readonly started: string;
  readonly durationMs: number | null;
  readonly startDelayMs: number | null;
}

export interface Entry {
  readonly name: string;
  readonly kind: "ADDED" | "REMOVED" | "CHANGED";
  readonly before: Json;
  readonly now: Json;
}

export interface Changes {
  readonly revision: { readonly before: number; readonly now: number; readonly changed: boolean };
  readonly inputs: readonly Entry[];
  readonly variables: readonly Entry[];
  readonly labels: readonly Entry[];
  readonly startDelayMs: { readonly before: number | null; readonly now: number | null };
}

/** The task run that failed first. */
export interface FailedRun {
  readonly taskRunId: string | null;
  readonly taskId?: string;
  readonly value?: string | null;
  readonly message?: string | null;
  readonly exitCode?: Json;
  readonly attempts?: readonly { readonly state: State }[];
  readonly lastLines: readonly LogEntry[];
}

export interface SinceSuccess {
  readonly now: Side;
  readonly lastSuccess: Side | null;
  readonly changes?: Changes;
  readonly failure: FailedRun | null;
}

interface TaskSide {
  readonly runs: number;
  readonly durationMs: number;
  readonly state: State | null;
}

export interface Comparison {
  readonly a: Side;
  readonly b: Side;
  readonly changes: Changes;
  readonly tasks: readonly { readonly taskId: string; readonly a: TaskSide | null; readonly b: TaskSide | null }[];
  readonly outputs: {
    readonly flow: readonly Entry[];
    readonly tasks: Readonly<Record<string, readonly Entry[]>>;
  };
  readonly log: {
    readonly compared: number;
    readonly isWhole: boolean;
    readonly firstDifference: {
      readonly line: number;
      readonly a: LogEntry | null;
      readonly b: LogEntry | null;
    } | null;
  } | null;
}

/** What changed since the last success. `null` when the server does not know the question. */
export const sinceSuccess = (tenant: string, id: string) =>
  queryOptions({
    queryKey: [...executionKeys.one(tenant, id), "changes"],
    queryFn: async ({ signal }) => {
      try {
        return await client.get<SinceSuccess>(of(tenant, "executions", id, "changes"), { signal });
      } catch (error) {
        if (error instanceof Problem && error.isMissing) return null;
        throw error;
      }
    },
  });

export const comparison = (tenant: string, a: string, b: string) =>
  queryOptions({
    queryKey: [...executionKeys.one(tenant, b), "compare", a],
    queryFn: ({ signal }) =>
      client.get<Comparison>(of(tenant, "executions", "compare"), {
        query: [
          ["a", a],
          ["b", b],
        ],
        signal,
      }),
  });
