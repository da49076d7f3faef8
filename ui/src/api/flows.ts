/** Flows: reading, saving, checking, and the triggers that belong to them. */

import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { client, of, type QueryPairs } from "./client";
import { Problem } from "./errors";
import type { Diagnostic, Flow, LatestExecution, Page, TriggerState, Validation } from "./types";

export interface FlowName {
  readonly namespace: string;
  readonly id: string;
}

export const flowKeys = {
  all: (tenant: string) => [tenant, "flows"] as const,
  one: (tenant: string, { namespace, id }: FlowName) => [tenant, "flows", namespace, id] as const,
};

export const flowList = (tenant: string, query: QueryPairs) =>
  queryOptions({
    queryKey: [...flowKeys.all(tenant), "list", query],
    queryFn: ({ signal }) => client.get<Page<Flow>>(of(tenant, "flows", "search"), { query, signal }),
    placeholderData: keepPreviousData,
  });

export const flow = (tenant: string, name: FlowName) =>
  queryOptions({
    queryKey: [...flowKeys.one(tenant, name), "now"],
    queryFn: ({ signal }) =>
      client.get<Flow>(of(tenant, "flows", name.namespace, name.id), { query: [["source", "true"]], signal }),
  });

export const revisions = (tenant: string, name: FlowName) =>
  queryOptions({
    queryKey: [...flowKeys.one(tenant, name), "revisions"],
    queryFn: ({ signal }) =>
      client.get<readonly Flow[]>(of(tenant, "flows", name.namespace, name.id, "revisions"), { signal }),
  });

export const namespaces = (tenant: string) =>
  queryOptions({
    queryKey: [...flowKeys.all(tenant), "namespaces"],
    queryFn: ({ signal }) => client.get<readonly string[]>(of(tenant, "flows", "distinct-namespaces"), { signal }),
    staleTime: 30_000,
  });

/** The last execution of each of these flows. */
export const latest = (tenant: string, names: readonly FlowName[]) =>
  queryOptions({
    queryKey: [tenant, "executions", "latest", names],
    queryFn: ({ signal }) =>
      client.post<readonly LatestExecution[]>(of(tenant, "executions", "latest"), { json: names, signal }),
    enabled: names.length > 0,
    placeholderData: keepPreviousData,
  });

export const flowTriggers = (tenant: string, name: FlowName) =>
  queryOptions({
    queryKey: [...flowKeys.one(tenant, name), "triggers"],
    queryFn: ({ signal }) =>
      client.get<Page<TriggerState>>(of(tenant, "triggers", name.namespace, name.id), {
        query: [["size", "200"]],
        signal,
      }),
  });

/** What a server says that has no checks with places. */
function withoutPlaces(validations: readonly Validation[]): readonly Diagnostic[] {
  return validations.flatMap(({ constraints, warnings = [] }) => [
    ...(constraints?.split("\n") ?? []).map((message) => ({ severity: "error", message }) as const),
    ...warnings.map((message) => ({ severity: "warning", message }) as const),
  ]);
}

let hasPlaces = true;

/** What the server finds in a source. One that does not know the question with places is asked the one without. */
export const diagnostics = (tenant: string, source: string) =>
  queryOptions({
    queryKey: [tenant, "diagnostics", source],
    queryFn: async ({ signal }): Promise<readonly Diagnostic[]> => {
      const wanted = { yaml: source, signal };
      if (hasPlaces) {
        try {
          type Answer = { readonly diagnostics: readonly Diagnostic[] };
          return (await client.post<Answer>(of(tenant, "language", "diagnostics"), wanted)).diagnostics;
        } catch (error) {
          if (!(error instanceof Problem && error.isMissing)) throw error;
          hasPlaces = false;
        }
      }
      return withoutPlaces(await client.post<readonly Validation[]>(of(tenant, "flows", "validate"), wanted));
    },
    staleTime: 60_000,
    gcTime: 60_000,
  });

export const createFlow = (tenant: string, source: string) => client.post<Flow>(of(tenant, "flows"), { yaml: source });

/** With a revision it is saved only if the flow still has that one; else the answer is a conflict. */
export const updateFlow = (tenant: string, { namespace, id }: FlowName, source: string, base?: number) =>
  client.put<Flow>(of(tenant, "flows", namespace, id), {
    yaml: source,
    query: base === undefined ? [] : [["baseRevision", String(base)]],
  });

/** Checks a source without saving it. */
export const validateFlow = (tenant: string, source: string) =>
  client.post<readonly Validation[]>(of(tenant, "flows", "validate"), { yaml: source });

export const deleteFlow = (tenant: string, { namespace, id }: FlowName) =>
  client.delete<void>(of(tenant, "flows", namespace, id));

export const setFlowsEnabled = (tenant: string, names: readonly FlowName[], isEnabled: boolean) =>
  client.post<{ count: number }>(of(tenant, "flows", isEnabled ? "enable" : "disable", "by-ids"), { json: names });

export const deleteFlows = (tenant: string, names: readonly FlowName[]) =>
  client.delete<{ count: number }>(of(tenant, "flows", "delete", "by-ids"), { json: names });

export const setTriggerDisabled = (tenant: string, trigger: TriggerState, disabled: boolean) =>
  client.put<unknown>(of(tenant, "triggers", "set-disabled"), { json: { ...trigger, disabled } });

export const unlockTrigger = (tenant: string, { namespace, flowId, triggerId }: TriggerState) =>
  client.post<unknown>(of(tenant, "triggers", namespace, flowId, triggerId, "unlock"));
