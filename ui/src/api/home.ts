/** The figures of the first page, as the server counts them, and how the flows of a list have been doing. */

import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { client, of, type QueryPairs } from "./client";
import type { FlowName } from "./flows";
import type { Page, State } from "./types";

export interface Figures {
  readonly total: number;
  readonly failed: number;
  /** Of those that are over, the part that went well; `null` if none is over. */
  readonly successRatio: number | null;
  readonly p95Ms: number | null;
}

/** One execution in a list of the page. */
export interface Named {
  readonly executionId: string;
  readonly namespace: string;
  readonly flowId: string;
  readonly state: State;
  readonly since: string;
}

export interface NamedTrigger {
  readonly namespace: string;
  readonly flowId: string;
  readonly triggerId: string;
  /** When it is looked at next. */
  readonly due: string | null;
  /** Since when its occurrences start nothing. */
  readonly since: string | null;
}

/** Those that wait for one reason. */
export interface WaitingGroup {
  readonly cause: string;
  readonly count: number;
  readonly since: string;
  /** Some of them. */
  readonly executions: readonly Named[];
}

export interface FailingFlow {
  readonly namespace: string;
  readonly flowId: string;
  readonly count: number;
}

export interface TimeBar {
  readonly at: string;
  readonly counts: Readonly<Partial<Record<State, number>>>;
  readonly medianMs: number | null;
}

export interface Home {
  readonly from: string;
  readonly until: string;
  readonly now: Figures;
  readonly before: Figures;
  readonly open: { readonly running: number; readonly waiting: number; readonly isWhole: boolean };
  readonly overTime: { readonly stepMs: number; readonly bars: readonly TimeBar[] };
  readonly failuresByFlow: readonly FailingFlow[];
  readonly failuresAreWhole: boolean;
  /** What is told of triggers is null for who may not see them. */
  readonly attention: {
    readonly failedLast: readonly Named[];
    readonly waiting: readonly WaitingGroup[];
    readonly late: readonly NamedTrigger[] | null;
    readonly triggerErrors: readonly NamedTrigger[] | null;
  };
  readonly nextScheduled: readonly NamedTrigger[] | null;
}

export const home = (tenant: string, query: QueryPairs) =>
  queryOptions({
    queryKey: [tenant, "executions", "statistics", "home", query],
    queryFn: ({ signal }) => client.get<Home>(of(tenant, "statistics", "home"), { query, signal }),
    placeholderData: keepPreviousData,
    staleTime: 5_000,
  });

export interface RunOfFlow {
  readonly executionId: string;
  readonly state: State;
  readonly started: string;
  /** `null` while it goes on. */
  readonly durationMs: number | null;
}

export interface FlowFigures {
  readonly namespace: string;
  readonly id: string;
  /** Its last executions, the oldest first. */
  readonly last: readonly RunOfFlow[];
  readonly successRatio: number | null;
  readonly medianMs: number | null;
  /** When a trigger is looked at next. */
  readonly next: string | null;
}

/** How these flows have been doing. */
export const flowFigures = (tenant: string, names: readonly FlowName[]) =>
  queryOptions({
    queryKey: [tenant, "executions", "statistics", "flows", names],
    queryFn: async ({ signal }) => {
      const page = await client.post<Page<FlowFigures>>(of(tenant, "statistics", "flows"), { json: names, signal });
      return page.results;
    },
    enabled: names.length > 0,
    placeholderData: keepPreviousData,
    staleTime: 5_000,
  });
