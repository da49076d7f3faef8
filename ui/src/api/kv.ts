/** Keys and their typed values. */

import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { client, of, type QueryPairs } from "./client";
import type { Json, Page } from "./types";

export const KV_TYPES = ["STRING", "NUMBER", "BOOLEAN", "DATETIME", "DATE", "DURATION", "JSON"] as const;

export type KvType = (typeof KV_TYPES)[number];

export interface KvEntry {
  readonly namespace: string;
  readonly key: string;
  readonly revision?: number;
  readonly description?: string;
  readonly creationDate?: string;
  readonly updateDate?: string;
  readonly expirationDate?: string;
}

export interface KvValue {
  readonly type: KvType;
  readonly value: Json;
}

export interface KvName {
  readonly namespace: string;
  readonly key: string;
}

export const kvKeys = { all: (tenant: string) => [tenant, "kv"] as const };

export const kvList = (tenant: string, query: QueryPairs) =>
  queryOptions({
    queryKey: [...kvKeys.all(tenant), "list", query],
    queryFn: ({ signal }) => client.get<Page<KvEntry>>(of(tenant, "kv"), { query, signal }),
    placeholderData: keepPreviousData,
  });

/** Those of a namespace and those that it has from above. */
export const kvOfNamespace = (tenant: string, namespace: string) =>
  queryOptions({
    queryKey: [...kvKeys.all(tenant), "namespace", namespace],
    queryFn: ({ signal }) =>
      client.get<readonly KvEntry[]>(of(tenant, "namespaces", namespace, "kv", "inheritance"), { signal }),
  });

export const kvValue = (tenant: string, { namespace, key }: KvName) =>
  queryOptions({
    queryKey: [...kvKeys.all(tenant), "value", namespace, key],
    queryFn: ({ signal }) => client.get<KvValue>(of(tenant, "namespaces", namespace, "kv", key), { signal }),
  });

export interface KvWanted extends KvName {
  /** As the server reads it: the type follows from how it is written. */
  readonly body: string;
  readonly ttl: string;
  readonly description: string;
}

export const putKv = (tenant: string, { namespace, key, body, ttl, description }: KvWanted) =>
  client.put<void>(of(tenant, "namespaces", namespace, "kv", key), {
    text: body,
    headers: { ...(ttl ? { ttl } : {}), ...(description ? { description } : {}) },
  });

export const deleteKv = (tenant: string, { namespace, key }: KvName) =>
  client.delete<boolean>(of(tenant, "namespaces", namespace, "kv", key));
