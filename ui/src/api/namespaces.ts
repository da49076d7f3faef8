/** Namespaces: which there are, and what was set for them. */

import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { client, of, type QueryPairs } from "./client";
import type { Json, Page } from "./types";

export interface PluginDefault {
  readonly type: string;
  readonly forced?: boolean;
  readonly values?: Readonly<Record<string, Json>>;
  /** The namespace that says it, where several are shown together. */
  readonly namespace?: string;
}

export interface Namespace {
  readonly id: string;
  readonly deleted?: boolean;
  readonly description?: string;
  readonly variables?: Readonly<Record<string, Json>>;
  readonly pluginDefaults?: readonly PluginDefault[];
}

export const namespaceKeys = {
  all: (tenant: string) => [tenant, "namespaces"] as const,
  one: (tenant: string, id: string) => [tenant, "namespaces", "one", id] as const,
};

export const namespaceList = (tenant: string, query: QueryPairs) =>
  queryOptions({
    queryKey: [...namespaceKeys.all(tenant), "list", query],
    queryFn: ({ signal }) => client.get<Page<Namespace>>(of(tenant, "namespaces", "search"), { query, signal }),
    placeholderData: keepPreviousData,
  });

/** Those that somebody created: only they have settings. */
export const createdNamespaces = (tenant: string) =>
  namespaceList(tenant, [
    ["existingOnly", "true"],
    ["size", "1000"],
  ]);

export const namespace = (tenant: string, id: string) =>
  queryOptions({
    queryKey: namespaceKeys.one(tenant, id),
    queryFn: ({ signal }) => client.get<Namespace>(of(tenant, "namespaces", id), { signal }),
  });

export const inheritedDefaults = (tenant: string, id: string) =>
  queryOptions({
    queryKey: [...namespaceKeys.one(tenant, id), "defaults"],
    queryFn: ({ signal }) =>
      client.get<readonly PluginDefault[]>(of(tenant, "namespaces", id, "inherited-plugindefaults"), { signal }),
  });

export const createNamespace = (tenant: string, wanted: Namespace) =>
  client.post<Namespace>(of(tenant, "namespaces"), { json: wanted });

/** Sets what a namespace says. One that only flows name is created by it. */
export async function changeNamespace(tenant: string, wanted: Namespace, isCreated: boolean): Promise<Namespace> {
  if (!isCreated) return createNamespace(tenant, wanted);
  return client.put<Namespace>(of(tenant, "namespaces", wanted.id), { json: wanted });
}

export const deleteNamespace = (tenant: string, id: string) => client.delete<void>(of(tenant, "namespaces", id));

/** A namespace and those above it, the outermost first. */
export function lineage(id: string): readonly string[] {
  const parts = id.split(".");
  return parts.map((_, index) => parts.slice(0, index + 1).join("."));
}
