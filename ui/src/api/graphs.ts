/** Topologies: what follows what in a flow, and in one of its executions. */

import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { client, of } from "./client";
import { executionKeys } from "./executions";
import { type FlowName, flowKeys } from "./flows";

interface Typed {
  readonly id: string;
  readonly type: string;
}

export interface Topology {
  readonly nodes: readonly {
    readonly uid: string;
    readonly type: string;
    readonly task?: Typed | null;
    readonly triggerDeclaration?: Typed | null;
  }[];
  readonly edges: readonly {
    readonly source: string;
    readonly target: string;
    readonly relation?: { readonly relationType?: string; readonly value?: string };
  }[];
  readonly clusters: readonly {
    readonly cluster: { readonly uid: string };
    readonly nodes: readonly string[];
    readonly parents: readonly string[];
  }[];
}

export const flowTopology = (tenant: string, name: FlowName, revision: number) =>
  queryOptions({
    queryKey: [...flowKeys.one(tenant, name), "topology", revision],
    queryFn: ({ signal }) => client.get<Topology>(of(tenant, "flows", name.namespace, name.id, "graph"), { signal }),
    placeholderData: keepPreviousData,
  });

/** Of a text that is not saved. */
export const sourceTopology = (tenant: string, source: string) =>
  queryOptions({
    queryKey: [tenant, "topology", source],
    queryFn: ({ signal }) => client.post<Topology>(of(tenant, "flows", "graph"), { yaml: source, signal }),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
    gcTime: 60_000,
  });

/** Its revision never changes, so neither does this. */
export const executionTopology = (tenant: string, id: string) =>
  queryOptions({
    queryKey: [...executionKeys.one(tenant, id), "topology"],
    queryFn: ({ signal }) => client.get<Topology>(of(tenant, "executions", id, "graph"), { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });
