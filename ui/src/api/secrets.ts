/** Secrets: their names. Values go to the server and never come back. */

import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { client, of, type QueryPairs } from "./client";
import type { Label, Page } from "./types";

export interface Secret {
  readonly key: string;
  readonly namespace?: string;
  readonly description?: string;
  readonly tags?: readonly Label[];
}

export interface SecretPage extends Page<Secret> {
  /** They come from elsewhere, such as the environment, and cannot be changed here. */
  readonly readOnly: boolean;
}

export const secretKeys = { all: (tenant: string) => [tenant, "secrets"] as const };

export const secretList = (tenant: string, query: QueryPairs) =>
  queryOptions({
    queryKey: [...secretKeys.all(tenant), "list", query],
    queryFn: ({ signal }) => client.get<SecretPage>(of(tenant, "secrets"), { query, signal }),
    placeholderData: keepPreviousData,
  });

export const secretsOf = (tenant: string, namespace: string) =>
  queryOptions({
    queryKey: [...secretKeys.all(tenant), "of", namespace],
    queryFn: ({ signal }) =>
      client.get<SecretPage>(of(tenant, "namespaces", namespace, "secrets"), { query: [["size", "1000"]], signal }),
  });

/** Names by namespace: its own and those that it has from above. */
export const inheritedSecrets = (tenant: string, namespace: string) =>
  queryOptions({
    queryKey: [...secretKeys.all(tenant), "inherited", namespace],
    queryFn: ({ signal }) =>
      client.get<Readonly<Record<string, readonly string[]>>>(
        of(tenant, "namespaces", namespace, "inherited-secrets"),
        { signal },
      ),
  });

export interface SecretWanted {
  readonly namespace: string;
  readonly key: string;
  readonly value: string;
  readonly description: string;
  readonly tags: readonly Label[];
}

export const putSecret = (tenant: string, { namespace, ...rest }: SecretWanted) =>
  client.put<unknown>(of(tenant, "namespaces", namespace, "secrets"), { json: rest });

/** Changes what is said of a secret; its value stays. */
export const describeSecret = (tenant: string, { namespace, key, description, tags }: Omit<SecretWanted, "value">) =>
  client.patch<unknown>(of(tenant, "namespaces", namespace, "secrets", key), { json: { key, description, tags } });

export const deleteSecret = (tenant: string, namespace: string, key: string) =>
  client.delete<unknown>(of(tenant, "namespaces", namespace, "secrets", key));
