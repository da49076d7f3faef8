/** Triggers of all flows: where they stand, why, when they fire, and what people do with them. */

import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { client, of, type QueryPairs } from "./client";
import { Problem } from "./errors";
import type { Json, Label, Page, TriggerDefinition, TriggerState } from "./types";

export interface Backfill {
  readonly start: string;
  readonly end?: string;
  readonly currentDate?: string;
  readonly paused?: boolean;
}

export interface TriggerRow {
  /** What the flow says; absent if the flow has no such trigger any more. */
  readonly trigger?: (TriggerDefinition & { readonly key?: string; readonly interval?: string }) | null;
  readonly state: TriggerState & { readonly backfill?: Backfill; readonly evaluatedAt?: string };
}

export interface TriggerName {
  readonly namespace: string;
  readonly flowId: string;
  readonly triggerId: string;
}

export const triggerKeys = { all: (tenant: string) => [tenant, "triggers"] as const };

export const triggerList = (tenant: string, query: QueryPairs) =>
  queryOptions({
    queryKey: [...triggerKeys.all(tenant), "list", query],
    queryFn: ({ signal }) => client.get<Page<TriggerRow>>(of(tenant, "triggers", "search"), { query, signal }),
    placeholderData: keepPreviousData,
  });

export interface FireTime {
  readonly at: string;
  /** The time on the clocks of the zone, without an offset. */
  readonly local: string;
  readonly zone: string;
  readonly clockChange?: "MOVED" | "FIRST" | "SECOND";
  readonly movedFrom?: string;
}

export interface FireTimes {
  readonly triggerId: string;
  readonly disabled: boolean;
  readonly times: readonly FireTime[];
  readonly error?: string;
  readonly words?: string;
}

export interface Skipped {
  readonly from: string;
  readonly until: string;
  readonly count: number;
  readonly reason: string;
  readonly words: string;
}

export interface Ticks {
  readonly fired: string | null;
  readonly open: readonly string[];
  readonly skipped: readonly Skipped[];
  readonly due: string | null;
  readonly next: FireTimes | null;
}

const one = (tenant: string, { namespace, flowId, triggerId }: TriggerName, verb: string) =>
  of(tenant, "triggers", namespace, flowId, triggerId, verb);

const keyOf = (tenant: string, { namespace, flowId, triggerId }: TriggerName) =>
  [...triggerKeys.all(tenant), "one", namespace, flowId, triggerId] as const;

/** Of a trigger that waits for calls or for other executions nothing is kept, and the server knows no more of it. */
async function kept<Answer>(asked: Promise<Answer>): Promise<Answer | null> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof Problem && error.isMissing) return null;
    throw error;
  }
}

export const ticks = (tenant: string, name: TriggerName) =>
  queryOptions({
    queryKey: [...keyOf(tenant, name), "ticks"],
    queryFn: ({ signal }) => kept(client.get<Ticks>(one(tenant, name, "ticks"), { signal })),
  });

export interface TriggerWhy {
  readonly cause: string | null;
  readonly words?: string;
}

export const triggerWhy = (tenant: string, name: TriggerName) =>
  queryOptions({
    queryKey: [...keyOf(tenant, name), "why"],
    queryFn: ({ signal }) => kept(client.get<TriggerWhy>(one(tenant, name, "why"), { signal })),
  });

/** Most times that the server tells at once. */
export const TIMES_MAX = 1_000;

/** When a trigger of this source fires, from a moment on. */
export const firePreview = (tenant: string, source: string, triggerId: string, from: string) =>
  queryOptions({
    queryKey: [...triggerKeys.all(tenant), "preview", source, triggerId, from],
    queryFn: ({ signal }) =>
      client.post<{ readonly triggers: readonly FireTimes[] }>(of(tenant, "triggers", "preview"), {
        yaml: source,
        query: [
          ["triggerId", triggerId],
          ["from", from],
          ["count", String(TIMES_MAX)],
        ],
        signal,
      }),
    staleTime: 60_000,
  });

export const restartTrigger = (tenant: string, name: TriggerName) => client.post<unknown>(one(tenant, name, "restart"));

export interface BackfillWanted extends TriggerName {
  readonly backfill: {
    readonly start: string;
    readonly end: string;
    readonly inputs: Readonly<Record<string, Json>>;
    readonly labels: readonly Label[];
  };
}

export const createBackfill = (tenant: string, wanted: BackfillWanted) =>
  client.put<unknown>(of(tenant, "triggers", "backfill", "create"), { json: wanted });

export const changeBackfill = (tenant: string, name: TriggerName, verb: "pause" | "unpause" | "delete") => {
  const { namespace, flowId, triggerId } = name;
  const relative = of(tenant, "triggers", "backfill", verb);
  const json = { namespace, flowId, triggerId };
  return verb === "delete" ? client.post<unknown>(relative, { json }) : client.put<unknown>(relative, { json });
};

export const webhookPath = (tenant: string, { namespace, flowId }: TriggerName, key: string) =>
  of(tenant, "executions", "webhook", namespace, flowId, key);

export const callWebhook = (relative: string, json: unknown) =>
  client.post<{ readonly id?: string } | undefined>(relative, { json });
